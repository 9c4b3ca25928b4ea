#include "config/secrets.h"

#include "config/collector_url.h"
#include "config/database_url.h"
#include "config/overrides.h"

#include <exception>

namespace aiproject {

std::vector<std::string> secretsOf(const Config& config) {
    std::vector<std::string> values;
    for (const auto& [name, model] : config.models)
        for (const auto& [setting, value] : model.settings)
            if (looksSecret(setting)) values.push_back(value);
    for (const HeaderField& field : headersIn(config.trace.otlpHeaders).value_or(std::vector<HeaderField>()))
        values.push_back(field.value);
    try {
        const DatabaseUrl url = parsedDatabaseUrl(config.database.url);
        // As the user's or the service's own name it is no secret, and would be missing in every line that names these.
        if (url.password != url.user && url.password != "aiproject") values.push_back(url.password);
    } catch (const std::exception&) {  // a malformed one is never repeated
    }
    return values;
}

}  // namespace aiproject
