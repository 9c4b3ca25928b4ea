// The table of configuration keys: one place that binds a key to its member, says what it takes and
// what it is for. Reading, --print-config and the test of the manual page all walk it.
#pragma once

#include "config/config.h"

#include <functional>
#include <string>
#include <vector>

namespace aiproject {

// One key, bound to a member of a Config.
struct Key {
    std::string name;
    std::string allowed;  // "a whole number from 1 to 100", "envelope or semantic"
    std::string help;
    std::function<bool(const std::string&)> set;  // false: not allowed
    std::function<std::string()> get;             // as it would stand in the file
    bool isSecret = false;                        // its value is never repeated
};

// All keys but model.NAME.*, which belong to the plugins. Bound to `config`, which must outlive them.
std::vector<Key> keysOf(Config& config);

// The keys as a commented file with the values of `config`; model settings only by name, because
// which of them are secret only the plugin knows; secret keys likewise, and database.url, without its password, when it
// has one.
std::string printed(Config config);

}  // namespace aiproject
