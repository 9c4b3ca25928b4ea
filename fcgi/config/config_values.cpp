#include "config/config_values.h"

#include "base/error.h"

#include <Poco/RegularExpression.h>
#include <Poco/String.h>
#include <Poco/Util/LayeredConfiguration.h>
#include <Poco/Util/MapConfiguration.h>
#include <Poco/Util/PropertyFileConfiguration.h>
#include <Poco/Util/SystemConfiguration.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <sstream>

namespace aiproject {
namespace {

using Poco::Util::AbstractConfiguration;

// Why Poco could not expand it and left it as it stands. It may be a part of a secret, so nothing of it is
// repeated but the name of a variable.
std::string notExpanded(const std::string& value) {
    static const Poco::RegularExpression variable(R"(\$\{system\.env\.[A-Za-z_][A-Za-z0-9_]*\})");
    std::string name;
    if (variable.extract(value, name) > 0)
        return name +
               " is not set; set it where the service is started (of systemd's: in /etc/aiproject/aiproject.env, and "
               "then systemctl restart aiproject)";
    return "has a ${ without the name of a key or of a variable that is set, as ${system.env.NAME}; "
           "the two signs cannot stand for themselves";
}

// Of the last line of the file that sets the key, and so counts; 0: none does.
int lineOf(const std::string& key, const std::string& text) {
    std::istringstream lines(text);
    int found = 0, number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (Poco::trim(line.substr(0, line.find_first_of("=:"))) == key) found = number;
    }
    return found;
}

bool beginsWith(const std::string& text, const std::string& with) { return text.compare(0, with.size(), with) == 0; }

bool isUsed(const std::string& key, ConfigUse use) {
    switch (use) {
        case ConfigUse::all: return true;
        case ConfigUse::accounts:
            return beginsWith(key, "database.") || beginsWith(key, "auth.") || beginsWith(key, "quota.");
        case ConfigUse::manager: return key == "run.dir";
    }
    return true;
}

// A key can be a value and the stem of others at once: pool.x and pool.x.socket.
void collectKeys(const AbstractConfiguration& source, const std::string& stem, std::set<std::string>& keys) {
    AbstractConfiguration::Keys below;
    source.keys(stem, below);
    for (const auto& word : below) {
        const std::string key = stem.empty() ? word : stem + "." + word;
        if (key.empty() || source.hasProperty(key)) keys.insert(key);
        if (key.empty()) continue;  // "= x" or ".a = x"; the stem of all keys, so it would go on for ever
        collectKeys(source, key, keys);
    }
}

}  // namespace

ConfigValues::ConfigValues(const ConfigSource& source, ConfigUse use) : use_(use) {
    const bool isDefault = source.file.empty();
    if (!isDefault || std::filesystem::exists(kDefaultConfigFile)) file_ = isDefault ? kDefaultConfigFile : source.file;
    load(source);
}

std::string ConfigValues::where(const std::string& key) const {
    return (isOverridden(key) ? "-D" : (texts_.empty() ? file_ : texts_[partOf(key)].file) + ": ") + key;
}

void ConfigValues::fail(const std::string& key, const std::string& reason) {
    if (use_ == ConfigUse::manager && !isUsed(key, use_)) return;
    errors_.push_back(where(key) + ": " + reason);
}

void ConfigValues::load(const ConfigSource& source) {
    Poco::AutoPtr<Poco::Util::MapConfiguration> overrides(new Poco::Util::MapConfiguration);
    for (const auto& entry : source.overrides) takeOverride(entry, *overrides);
    ConfigText text = textOf(source);
    texts_ = std::move(text.parts);
    for (const std::string& error : text.errors) errors_.push_back(error);

    std::set<std::string> keys;
    collectKeys(*overrides, "", keys);
    std::vector<Poco::AutoPtr<Configuration>> files;
    for (const ConfigPart& part : texts_) {
        files.push_back(parsed(part));
        parts_.emplace_back(part.file, std::set<std::string>{});
        collectKeys(*files.back(), "", parts_.back().second);
        keys.insert(parts_.back().second.begin(), parts_.back().second.end());
    }
    if (keys.erase("") > 0) fail("", "a key is empty, or begins with a dot");

    Poco::AutoPtr<Poco::Util::SystemConfiguration> system(new Poco::Util::SystemConfiguration);
    Poco::AutoPtr<Poco::Util::LayeredConfiguration> layers(new Poco::Util::LayeredConfiguration);
    layers->add(overrides, 0);
    int priority = 0;
    for (auto file = files.rbegin(); file != files.rend(); ++file) layers->add(*file, ++priority);
    layers->add(system, ++priority);
    expand(*layers, keys);
}

void ConfigValues::takeOverride(const std::string& entry, Poco::Util::MapConfiguration& overrides) {
    const auto equals = entry.find('=');
    const std::string key = Poco::trim(entry.substr(0, equals));
    if (equals == std::string::npos || key.empty()) {
        // Only its beginning is repeated: the rest may be a secret.
        const auto end = std::find_if_not(entry.begin(), entry.end(), [](unsigned char c) {
            return std::isalnum(c) || c == '_' || c == '-' || c == '.';
        });
        errors_.push_back("-D" + std::string(entry.begin(), end) + ": write it as -Dkey=value");
        return;
    }
    overridden_.insert(key);
    if (entry.find('\n') != std::string::npos) return fail(key, "has a line break");  // overrides.h has one a line
    overrides.setString(key, Poco::trim(entry.substr(equals + 1)));
}

ConfigText ConfigValues::textOf(const ConfigSource& source) {
    if (file_.empty()) return {};
    if (source.copy < 0) return readConfigText(file_);
    ConfigText copied = readConfigFile("/proc/self/fd/" + std::to_string(source.copy));
    if (!copied.parts.empty()) copied.parts = partsOf(copied.parts.front().text, file_);
    return copied;
}

Poco::AutoPtr<ConfigValues::Configuration> ConfigValues::parsed(const ConfigPart& part) {
    try {
        std::istringstream text(part.text);
        return {new Poco::Util::PropertyFileConfiguration(text)};
    } catch (const std::exception& e) {
        errors_.push_back(part.file + ": cannot be read: " + describe(e));
        return {new Poco::Util::MapConfiguration};
    }
}

// The last that sets it; the first where none does.
std::size_t ConfigValues::partOf(const std::string& key) const {
    for (std::size_t part = parts_.size(); part-- > 0;)
        if (parts_[part].second.count(key) > 0) return part;
    return 0;
}

void ConfigValues::expand(const Configuration& layers, const std::set<std::string>& keys) {
    std::map<std::string, std::string> keysByReason;  // or a variable would be told as often as it is used
    for (const auto& key : keys) {
        try {
            values_[key] = layers.getString(key);
        } catch (const std::exception& e) {
            fail(key, describe(e));
            continue;
        }
        // Poco leaves what it cannot expand as it stands.
        if (values_[key].find("${") == std::string::npos) continue;
        if (isUsed(key, use_)) {
            std::string& keysOfIt = keysByReason[notExpanded(values_[key])];
            keysOfIt += (keysOfIt.empty() ? "" : ", ") + lineOfFile(key) + key;
        }
        unread_.insert(key);
        values_.erase(key);
    }
    for (const auto& [reason, which] : keysByReason) errors_.push_back(which + ": " + reason);
}

// As compilers name a place: FILE:LINE: KEY.
std::string ConfigValues::lineOfFile(const std::string& key) const {
    if (isOverridden(key)) return "-D";
    const ConfigPart& part = texts_[partOf(key)];
    const int line = lineOf(key, part.text);
    return part.file + (line > 0 ? ":" + std::to_string(line) : "") + ": ";
}

}  // namespace aiproject
