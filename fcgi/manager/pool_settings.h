// What the workers of a pool are told of the configuration: nothing of models that they do not serve, whose keys a
// fault in them could then give away. Pure.
#pragma once

#include "config/config.h"

#include <set>
#include <string>
#include <vector>

namespace aiproject {

class PoolSettings {
public:
    // `file` is the text of the configuration file with what conf.d adds, `overrides` are "key=value".
    PoolSettings(const PoolConfig& pool, const std::string& file, const std::vector<std::string>& overrides);

    const std::string& file() const noexcept { return file_; }
    const std::vector<std::string>& overrides() const noexcept { return overrides_; }
    // Variables that only what is left out has named, as ${system.env.NAME}.
    const std::set<std::string>& withheldVariables() const noexcept { return withheld_; }

private:
    bool isTold(const std::string& key) const;

    const std::vector<std::string> models_;
    std::string file_;
    std::vector<std::string> overrides_;
    std::set<std::string> withheld_;
};

}  // namespace aiproject
