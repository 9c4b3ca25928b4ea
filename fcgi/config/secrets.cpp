#include "config/secrets.h"

#include "config/database_url.h"
#include "config/overrides.h"

#include <exception>

namespace aiproject {

std::vector<std::string> secretsOf(const Config& config) {
    std::vector<std::string> values;
    for (const auto& [name, model] : config.models)
        for (const auto& [setting, value] : model.settings)
            if (looksSecret(setting)) values.push_back(value);
    try {
        values.push_back(parsedDatabaseUrl(config.database.url).password);
    } catch (const std::exception&) {  // a malformed one is never repeated
    }
    return values;
}

}  // namespace aiproject
