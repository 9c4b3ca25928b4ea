#include "host/plugin_settings.h"

#include "base/near_word.h"
#include "base/utf8.h"
#include "config/config.h"
#include "host/plugin_library.h"

#include <Poco/NumberFormatter.h>
#include <Poco/NumberParser.h>
#include <Poco/String.h>
#include <Poco/StringTokenizer.h>

#include <algorithm>

namespace aiproject {
namespace {

constexpr char kNoSeparator = 0;  // or "0,5" would be 5

bool inRange(const Setting& setting, double value) { return value >= setting.minimum && value <= setting.maximum; }

bool fits(const Setting& setting, const std::string& value) {
    switch (setting.type) {
        case SettingType::text: return true;
        case SettingType::integer: {
            Poco::Int64 number = 0;
            return Poco::NumberParser::tryParse64(value, number, kNoSeparator) && inRange(setting, double(number));
        }
        case SettingType::number: {
            double number = 0;
            return Poco::NumberParser::tryParseFloat(value, number, '.', kNoSeparator) && inRange(setting, number);
        }
        case SettingType::flag: return value == "true" || value == "false";
        case SettingType::choice: return Poco::StringTokenizer(setting.choices, "|").has(value);
    }
    return false;
}

std::string rangeOf(const Setting& setting) {
    const std::string unit = *setting.unit ? " " + std::string(setting.unit) : "";
    return "from " + Poco::NumberFormatter::format(setting.minimum) + " to " +
           Poco::NumberFormatter::format(setting.maximum) + unit;
}

}  // namespace

std::string allowedValues(const Setting& setting) {
    switch (setting.type) {
        case SettingType::text: return "text";
        case SettingType::integer: return "a whole number " + rangeOf(setting);
        case SettingType::number: return "a number " + rangeOf(setting);
        case SettingType::flag: return "true or false";
        case SettingType::choice: return Poco::replace(std::string(setting.choices), "|", " or ");
    }
    return "a type this worker does not know";
}

std::string faultOfMade(bool isMade, const PluginSettings& settings) {
    if (!isMade) return settings.usable() ? "failed and gave no reason" : "";
    if (settings.kinds() != 0) return {};
    return "leaves the model no kind that its plugin has; narrowKinds() must leave one";
}

PluginSettings::PluginSettings(const ModelPlugin& plugin, std::string keyPrefix,
                               const std::map<std::string, std::string>& written)
    : keyPrefix_(std::move(keyPrefix)),
      contractMinor_(plugin.contractMinor),
      abilities_(plugin.abilities),
      kinds_(plugin.kinds) {
    origin(plugin.summary);
    const std::vector<Setting> settings = settingsOf(plugin);
    for (const Setting& setting : settings) take(setting, written);
    refuseUnknown(settings, written);
}

// A plugin of 2.0 knows of no ability that came later; where it was one of an older ability's, it has that.
std::uint64_t PluginSettings::abilities() const noexcept {
    const auto with = [this](Ability older, Ability newer) {
        return (abilities_ & std::uint64_t(older)) != 0 ? std::uint64_t(newer) : 0;
    };
    if (contractMinor_ > 0) return abilities_;
    return abilities_ | with(Ability::tools, Ability::anyToolChoice) |
           with(Ability::responseFormat, Ability::jsonSchema);
}

void PluginSettings::take(const Setting& setting, const std::map<std::string, std::string>& written) {
    const auto found = written.find(setting.name);
    const bool isSet = found != written.end() && !(found->second.empty() && !setting.defaultValue);
    if (!isSet && !setting.defaultValue) {
        missing_.push_back(keyPrefix_ + "." + setting.name);
        find(Severity::error, setting.name,
             std::string("is not set: ") + setting.help + "; write " + missing_.back() + " = ...");
        return;
    }
    const std::string value = isSet ? found->second : setting.defaultValue;
    if (!fits(setting, value)) {
        // A secret is not repeated, wherever the message goes.
        const std::string shown = setting.secrecy == Secrecy::secret ? "its value" : "'" + value + "'";
        find(Severity::error, setting.name, shown + " is not " + allowedValues(setting));
        return;
    }
    values_[setting.name] = value;
    if (setting.secrecy == Secrecy::secret) secrets_.add(value);
}

void PluginSettings::refuseUnknown(const std::vector<Setting>& known,
                                   const std::map<std::string, std::string>& written) {
    for (const auto& entry : written) {
        const auto isIt = [&](const Setting& setting) { return entry.first == setting.name; };
        if (std::any_of(known.begin(), known.end(), isIt)) continue;
        std::vector<std::string> names{"plugin", "calls", "origin", "accounts"};  // the host's own, of every model
        for (const Setting& setting : known) names.emplace_back(setting.name);
        find(Severity::error, entry.first,
             "is not a setting of this plugin" + didYouMean(entry.first, names) +
                 "; there are: " + Poco::cat(std::string(", "), names.begin(), names.end()));
    }
}

bool PluginSettings::usable() const noexcept {
    return std::none_of(findings_.begin(), findings_.end(),
                        [](const Finding& finding) { return finding.severity == Severity::error; });
}

bool PluginSettings::isAbout(const Finding& finding, const std::set<std::string>& names) const {
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
        const std::string begin = keyPrefix_ + "." + name + ": ";
        return finding.text.compare(0, begin.size(), begin) == 0;
    });
}

void PluginSettings::find(Severity severity, std::string_view name, const std::string& reason) const {
    findings_.push_back({severity, keyPrefix_ + "." + std::string(name) + ": " + reason});
}

std::string PluginSettings::valueOf(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? "" : found->second;
}

Text PluginSettings::text(Text name) const noexcept {
    const auto found = values_.find(std::string_view(name));
    return found == values_.end() ? Text() : Text(std::string_view(found->second));
}

std::int64_t PluginSettings::integer(Text name) const noexcept {
    Poco::Int64 value = 0;
    return Poco::NumberParser::tryParse64(valueOf(name), value, kNoSeparator) ? value : 0;
}

double PluginSettings::number(Text name) const noexcept {
    double value = 0;
    return Poco::NumberParser::tryParseFloat(valueOf(name), value, '.', kNoSeparator) ? value : 0;
}

bool PluginSettings::flag(Text name) const noexcept { return valueOf(name) == "true"; }

void PluginSettings::reject(Text name, Text reason) const noexcept {
    find(Severity::error, name, std::string(std::string_view(reason)));
}

void PluginSettings::warn(Text name, Text reason) const noexcept {
    find(Severity::warning, name, std::string(std::string_view(reason)));
}

// Clients see it, so a plugin that puts its key there by mistake gives nothing away.
void PluginSettings::origin(Text words) const noexcept {
    if (const std::string line = trimmed(printable(secrets_.applied(words))); !line.empty())
        origin_ = beginOf(line, kLongestOrigin);
}

}  // namespace aiproject
