// The configuration as it is written: what stands in the file and in conf.d beside it, without defaults and variables,
// and lines added to the file.
#pragma once

#include <Poco/AutoPtr.h>
#include <Poco/Util/AbstractConfiguration.h>

#include <string>
#include <utility>
#include <vector>

namespace aiproject {

using ConfigLines = std::vector<std::pair<std::string, std::string>>;  // key and value, in order

// As lines of a file, each with its end.
std::string textOf(const ConfigLines& lines);

class WrittenConfig {
public:
    WrittenConfig();                                  // an empty one
    explicit WrittenConfig(const std::string& path);  // throws std::runtime_error when it cannot be read

    bool has(const std::string& key) const;
    std::string valueOf(const std::string& key) const;  // as it is written; empty: there is no such key
    std::vector<std::string> models() const;            // each NAME of model.NAME.SETTING

    // Behind all that is in the file, which stays as it is, byte for byte; with the file's mode, owner and group. A
    // reader sees the old file or the new one. Throws std::runtime_error, and then nothing has changed.
    void add(const std::string& comment, const ConfigLines& lines) const;

private:
    std::string path_, text_;
    Poco::AutoPtr<Poco::Util::AbstractConfiguration> keys_;  // of conf.d, too
};

}  // namespace aiproject
