// Settings of a model in a unit test, with the defaults and the checks that the host makes. By aiproject/testing.h.
#pragma once

#include "aiproject/imodel.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

namespace aiproject::testing {

class Settings final : public ISettings {
public:
    // `written`: what stands in the configuration file behind model.NAME.
    explicit Settings(const ModelPlugin& plugin, const std::map<std::string, std::string>& written = {})
        : abilities_(plugin.abilities), kinds_(plugin.kinds), origin_(plugin.summary) {
        for (std::uint64_t i = 0; i < plugin.settings.count; ++i) take(plugin.settings[i], written);
        for (const auto& [name, value] : written)
            if (known_.count(name) == 0) reject(name, "is not a setting of this plugin");
    }

    bool isUsable() const noexcept { return rejected_.empty(); }
    // "name: reason" of each, in the order in which they were found.
    const std::vector<std::string>& rejected() const noexcept { return rejected_; }
    const std::vector<std::string>& warned() const noexcept { return warned_; }
    std::string problems() const {
        std::string all;
        for (const std::string& problem : rejected_) (all += all.empty() ? "" : "; ") += problem;
        return all;
    }
    // What create() has left of them, or the descriptor's.
    std::uint64_t abilities() const noexcept { return abilities_; }
    std::uint32_t kinds() const noexcept { return kinds_; }
    const std::string& originText() const noexcept { return origin_; }

    Text text(Text name) const noexcept override {
        const auto found = values_.find(name.str());
        return found == values_.end() ? Text() : Text(found->second);
    }
    std::int64_t integer(Text name) const noexcept override { return valueOf<std::int64_t>(name); }
    double number(Text name) const noexcept override { return valueOf<double>(name); }
    bool flag(Text name) const noexcept override { return std::string_view(text(name)) == "true"; }
    void reject(Text name, Text reason) const noexcept override { note(rejected_, name, reason); }
    void warn(Text name, Text reason) const noexcept override { note(warned_, name, reason); }
    void narrow(std::uint64_t abilities) const noexcept override { abilities_ &= abilities; }
    void narrowKinds(std::uint32_t kinds) const noexcept override { kinds_ &= kinds; }
    void origin(Text words) const noexcept override {
        if (words.size > 0) origin_ = words.str();
    }

private:
    void take(const Setting& setting, const std::map<std::string, std::string>& written) {
        const auto found = written.find(setting.name);
        known_[setting.name] = true;
        const bool isSet = found != written.end() && !(found->second.empty() && !setting.defaultValue);
        if (!isSet && !setting.defaultValue) return reject(setting.name, "is not set");
        const std::string value = isSet ? found->second : setting.defaultValue;
        if (fits(setting, value))
            values_[setting.name] = value;
        else
            reject(setting.name, "'" + value + "' is not of its type, or out of its range");
    }
    static bool fits(const Setting& setting, const std::string& value) {
        const auto isInRange = [&](double number) { return number >= setting.minimum && number <= setting.maximum; };
        switch (setting.type) {
            case SettingType::text: return true;
            case SettingType::integer: {
                std::int64_t number = 0;
                return isRead(value, number) && isInRange(static_cast<double>(number));
            }
            case SettingType::number: {
                double number = 0;
                return isRead(value, number) && isInRange(number);
            }
            case SettingType::flag: return value == "true" || value == "false";
            case SettingType::choice: return isChoice(setting.choices, value);
        }
        return false;
    }
    static bool isChoice(std::string_view choices, std::string_view value) {
        for (;;) {
            const std::size_t end = choices.find('|');
            if (!value.empty() && choices.substr(0, end) == value) return true;
            if (end == std::string_view::npos) return false;
            choices.remove_prefix(end + 1);
        }
    }
    // As the host reads numbers: blanks and a plus may stand before them, and blanks behind a fraction.
    template <class Number>
    static bool isRead(std::string_view text, Number& number) {
        text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
        if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
        while (std::is_floating_point_v<Number> && !text.empty() && text.back() == ' ') text.remove_suffix(1);
        const auto [behind, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
        return fault == std::errc() && behind == text.data() + text.size();
    }
    template <class Number>
    Number valueOf(Text name) const {
        Number number{};
        return isRead(text(name), number) ? number : Number{};
    }
    static void note(std::vector<std::string>& to, Text name, Text reason) {
        to.push_back(name.str() + ": " + reason.str());
    }

    std::map<std::string, std::string> values_;
    std::map<std::string, bool> known_;
    // reject(), warn() and the like are const for the plugin.
    mutable std::vector<std::string> rejected_, warned_;
    mutable std::uint64_t abilities_;
    mutable std::uint32_t kinds_;
    mutable std::string origin_;
};

}  // namespace aiproject::testing
