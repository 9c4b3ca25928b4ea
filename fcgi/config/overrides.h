// The -Dkey=value of a command line: how serve hands them to its workers, and which of them should not
// stand there, because every user of the machine can read the arguments of a process.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace aiproject {

// Its value is one override per line. Only the same user can read the environment of a process.
constexpr const char* kOverridesVariable = "AIPROJECT_DEFINES";

// "AIPROJECT_DEFINES=…", for the environment of a worker.
std::string handedDown(const std::vector<std::string>& overrides);

// The overrides in this process's environment; none when it was not started by serve.
std::vector<std::string> inheritedOverrides();

// The same for ConfigSource::copy: a worker that is started later reads what the first one read.
std::string handedDownCopy(int descriptor);
int inheritedCopy();  // -1: none

// By its name alone: the last word is key, secret, password or token, or it is trace.otlp_headers.
bool looksSecret(const std::string& key);

// A warning for each override of a secret. One that only names a variable, ${…}, tells nothing.
std::vector<std::string> warnOfSecrets(const std::vector<std::string>& overrides,
                                       const std::function<bool(const std::string& key)>& isSecret);

}  // namespace aiproject
