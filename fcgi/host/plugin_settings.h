// The settings of one model: what the operator wrote, checked against the plugin's descriptor and
// completed with its defaults. Not thread-safe; it lives while the model is created.
#pragma once

#include "aiproject/imodel.h"
#include "aiproject/redaction.h"
#include "host/finding.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace aiproject {

class PluginSettings final : public ISettings {
public:
    // `keyPrefix` is how the operator knows the model: "model.spark_lite".
    PluginSettings(const ModelPlugin& plugin, std::string keyPrefix, const std::map<std::string, std::string>& written);

    bool usable() const noexcept;
    const Findings& findings() const noexcept { return findings_; }
    // The keys that the operator must set and has not.
    const std::vector<std::string>& missing() const noexcept { return missing_; }
    // What the model can do: its plugin's abilities, unless create() has narrowed them.
    std::uint64_t abilities() const noexcept;
    std::uint32_t kinds() const noexcept { return kinds_; }  // likewise
    // Where its answers come from: the plugin's summary, unless create() has said more. One short line.
    const std::string& originText() const noexcept { return origin_; }
    // The finding is about one of these settings.
    bool isAbout(const Finding& finding, const std::set<std::string>& names) const;

    Text text(Text name) const noexcept override;
    std::int64_t integer(Text name) const noexcept override;
    double number(Text name) const noexcept override;
    bool flag(Text name) const noexcept override;
    void reject(Text name, Text reason) const noexcept override;
    void warn(Text name, Text reason) const noexcept override;
    void narrow(std::uint64_t abilities) const noexcept override { abilities_ &= abilities; }
    void narrowKinds(std::uint32_t kinds) const noexcept override { kinds_ &= kinds; }
    void origin(Text words) const noexcept override;

private:
    void take(const Setting& setting, const std::map<std::string, std::string>& written);
    void refuseUnknown(const std::vector<Setting>& known, const std::map<std::string, std::string>& written);
    void find(Severity severity, std::string_view name, const std::string& reason) const;
    std::string valueOf(std::string_view name) const;

    std::string keyPrefix_;
    std::vector<std::string> missing_;
    std::map<std::string, std::string, std::less<>> values_;
    Redaction secrets_;
    mutable Findings findings_;  // reject(), warn(), narrow() and the like are const for the plugin
    const std::uint32_t contractMinor_;
    mutable std::uint64_t abilities_;
    mutable std::uint32_t kinds_;
    mutable std::string origin_;
};

// What is wrong with what create() has made, or not made, of these settings; empty: nothing, or it was told by
// reject().
std::string faultOfMade(bool isMade, const PluginSettings& settings);

// "a number from 0 to 1", "general or imagev3": what a key takes, for messages and `models`.
std::string allowedValues(const Setting& setting);

}  // namespace aiproject
