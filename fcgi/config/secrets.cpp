#include "config/secrets.h"

#include "config/collector_url.h"
#include "config/database_url.h"
#include "config/overrides.h"

#include <Poco/String.h>

#include <cstddef>
#include <exception>

namespace aiproject {
namespace {

// A short one is a word, such as a tenant's name, that other lines have as well, unless its header says what it is.
void addSecretOf(const HeaderField& field, std::vector<std::string>& values) {
    constexpr std::size_t leastOfKeys = 16;
    const bool isCredential = Poco::icompare(field.name, "Authorization") == 0 || looksSecret(field.name);
    if (!isCredential && field.value.size() < leastOfKeys) return;
    values.push_back(field.value);
    const auto blank = field.value.rfind(' ');  // "Basic ...": also without the scheme
    if (isCredential && blank != std::string::npos) values.push_back(field.value.substr(blank + 1));
}

}  // namespace

std::vector<std::string> secretsOf(const Config& config) {
    std::vector<std::string> values;
    for (const auto& [name, model] : config.models)
        for (const auto& [setting, value] : model.settings)
            if (looksSecret(setting)) values.push_back(value);
    for (const HeaderField& field : headersIn(config.trace.otlpHeaders).value_or(std::vector<HeaderField>()))
        addSecretOf(field, values);
    try {
        const DatabaseUrl url = parsedDatabaseUrl(config.database.url);
        // As the user's or the service's own name it is no secret, and would be missing in every line that names these.
        if (url.password != url.user && url.password != "aiproject") values.push_back(url.password);
    } catch (const std::exception&) {  // a malformed one is never repeated
    }
    return values;
}

}  // namespace aiproject
