// The configuration as text: what the file, conf.d and -D say, with ${...} expanded. What the values mean is
// config_file's part.
#pragma once

#include "config/config_file.h"
#include "config/config_text.h"

#include <Poco/AutoPtr.h>
#include <Poco/Util/AbstractConfiguration.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace Poco::Util {
class MapConfiguration;
}

namespace aiproject {

class ConfigValues {
public:
    using Values = std::map<std::string, std::string>;

    ConfigValues(const ConfigSource& source, ConfigUse use);

    const std::string& file() const noexcept { return file_; }  // empty: none
    // The files that were read, each with the keys that it sets; the last one that has a key counts.
    using Parts = std::vector<std::pair<std::string, std::set<std::string>>>;
    const Parts& parts() const noexcept { return parts_; }
    const Values& all() const noexcept { return values_; }
    bool has(const std::string& key) const { return values_.count(key) > 0; }
    // Keys whose values could not be expanded: among the errors, where they are used.
    const std::set<std::string>& unread() const noexcept { return unread_; }

    std::string where(const std::string& key) const;  // "-Dkey", "FILE: key"
    bool isOverridden(const std::string& key) const { return overridden_.count(key) > 0; }
    // One more error, unless the program does not use that key.
    void fail(const std::string& key, const std::string& reason);
    std::vector<std::string> takeErrors() { return std::move(errors_); }

private:
    using Configuration = Poco::Util::AbstractConfiguration;

    void load(const ConfigSource& source);
    void takeOverride(const std::string& entry, Poco::Util::MapConfiguration& overrides);
    ConfigText textOf(const ConfigSource& source);
    Poco::AutoPtr<Configuration> parsed(const ConfigPart& part);
    std::size_t partOf(const std::string& key) const;
    void expand(const Configuration& layers, const std::set<std::string>& keys);
    std::string lineOfFile(const std::string& key) const;

    const ConfigUse use_;
    std::string file_;
    std::vector<ConfigPart> texts_;
    Parts parts_;  // of the same index
    std::set<std::string> overridden_, unread_;
    Values values_;
    std::vector<std::string> errors_;
};

}  // namespace aiproject
