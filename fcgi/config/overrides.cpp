#include "config/overrides.h"

#include "config/collector_url.h"

#include <Poco/Environment.h>
#include <Poco/NumberParser.h>
#include <Poco/String.h>
#include <Poco/StringTokenizer.h>

#include <fcntl.h>

#include <cstdlib>

namespace aiproject {
namespace {

constexpr const char* kCopyVariable = "AIPROJECT_CONFIG";

}  // namespace

std::string handedDown(const std::vector<std::string>& overrides) {
    return std::string(kOverridesVariable) + "=" + Poco::cat(std::string("\n"), overrides.begin(), overrides.end());
}

std::vector<std::string> inheritedOverrides() {
    const Poco::StringTokenizer lines(Poco::Environment::get(kOverridesVariable, ""), "\n",
                                      Poco::StringTokenizer::TOK_IGNORE_EMPTY);
    return {lines.begin(), lines.end()};
}

std::string handedDownCopy(int descriptor) { return std::string(kCopyVariable) + "=" + std::to_string(descriptor); }

int inheritedCopy() {
    int descriptor = -1;
    if (!Poco::NumberParser::tryParse(Poco::Environment::get(kCopyVariable, ""), descriptor)) return -1;
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    unsetenv(kCopyVariable);
    return descriptor;
}

bool looksSecret(const std::string& key) {
    const std::string lower = Poco::toLower(key);
    for (const std::string word : {"key", "secret", "password", "token"})
        if (Poco::endsWith(lower, word)) return true;
    return lower == kCollectorHeaders;
}

std::vector<std::string> warnOfSecrets(const std::vector<std::string>& overrides,
                                       const std::function<bool(const std::string& key)>& isSecret) {
    std::vector<std::string> warnings;
    for (const auto& entry : overrides) {
        const auto equals = entry.find('=');
        const std::string key = Poco::trim(entry.substr(0, equals));
        if (equals == std::string::npos || entry.find("${", equals) != std::string::npos || !isSecret(key)) continue;
        warnings.push_back("-D" + key +
                           ": every user can read the arguments of a process; set it in the configuration file, or "
                           "write the value as ${system.env.NAME}");
    }
    return warnings;
}

}  // namespace aiproject
