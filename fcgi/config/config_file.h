// From the .properties file, conf.d beside it and -Dkey=value to a checked Config. Every problem is collected, so that
// `aiproject check` can say all of them at once.
#pragma once

#include "config/config.h"

#include <string>
#include <vector>

namespace aiproject {

constexpr const char* kDefaultConfigFile = "/etc/aiproject/aiproject.properties";

struct ConfigSource {
    std::string file;  // empty: the default file where it exists, else none
    // "key=value", in order; the last one counts. A worker gets those of its manager by the environment:
    // config/overrides.h.
    std::vector<std::string> overrides;
    // A descriptor (borrowed) of what `file` and conf.d said when a generation of workers began (asOneText()); -1: they
    // are read.
    int copy = -1;
};

// What a program uses of the configuration: a variable that the environment lacks is an error for those keys alone, so
// that accounts can be administered in a shell without the secrets of the models.
enum class ConfigUse {
    all,
    accounts,  // database.*, auth.*, quota.*
    manager,   // run.dir alone, whatever else is wrong
};

struct ConfigReading {
    Config config;
    std::vector<std::string> errors;    // each names file, key and allowed values
    std::vector<std::string> warnings;  // works, but the operator should know
};

ConfigReading readConfig(const ConfigSource& source, ConfigUse use = ConfigUse::all);

// The same for programs that cannot go on: throws std::runtime_error with all errors, a line each.
Config loadConfig(const ConfigSource& source, ConfigUse use = ConfigUse::all);

}  // namespace aiproject
