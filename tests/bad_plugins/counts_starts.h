// A model that writes a line into the file of its setting `log` whenever it is started.
#pragma once

#include "silent_model.h"

#include <fstream>
#include <iterator>
#include <string>

namespace aiproject::test {

class CountsStarts final : public IModel {
public:
    explicit CountsStarts(std::string_view log) : log_(log) {}
    ModelStatus generate(const ModelRequest& /*request*/, IReply& /*reply*/) noexcept override {
        return ModelStatus::ok;
    }
    void start() noexcept override { std::ofstream(log_, std::ios::app) << "started\n"; }
    void destroy() noexcept override { delete this; }

private:
    const std::string log_;
};

constexpr Setting kStartLog[] = {
    {"log", SettingType::text, "", "", 0, 0, "", Secrecy::open, "file that gets a line for each start"}};

inline IModel* createCounting(const ISettings& settings) noexcept {
    return new (std::nothrow) CountsStarts(settings.text("log"));
}

constexpr ModelPlugin countingStarts(std::uint32_t contractMinor) {
    ModelPlugin plugin = descriptorWith(&createCounting);
    plugin.contractMinor = contractMinor;
    plugin.settings = kStartLog;
    plugin.settingCount = std::size(kStartLog);
    return plugin;
}

}  // namespace aiproject::test
