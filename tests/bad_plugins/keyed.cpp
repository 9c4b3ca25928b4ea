// A good plugin with a setting of each type, one of them a secret that the operator must set.
#include "silent_model.h"

#include <iterator>

namespace {

using namespace aiproject;

constexpr Setting kSettings[] = {
    {"api_key", SettingType::text, nullptr, "", 0, 0, "", Secrecy::secret, "opens the upstream"},
    {"pin", SettingType::integer, "1", "", 1, 9, "", Secrecy::secret, "a secret number"},
    {"frames", SettingType::integer, "4", "frames", 1, 6, "", Secrecy::open, "at once"},
    {"temperature", SettingType::number, "0.5", "", 0, 1, "", Secrecy::open, "of the answers"},
    {"tls.verify", SettingType::flag, "true", "", 0, 0, "", Secrecy::open, "checks the upstream's certificate"},
    {"domain", SettingType::choice, "general", "", 0, 0, "general|imagev3", Secrecy::open, "which model"},
    {"greeting", SettingType::text, "", "", 0, 0, "", Secrecy::open, "said first; may be empty"},
};

IModel* create(const ISettings& settings) noexcept {
    if (std::string_view(settings.text("greeting")) == "odd") settings.warn("greeting", "sounds odd");
    return test::createSilent(settings);
}

constexpr ModelPlugin kPlugin = {kContractMajor,
                                 kContractMinor,
                                 "1.0",
                                 "takes settings",
                                 std::uint32_t(Kind::text),
                                 0,
                                 {kSettings, std::size(kSettings)},
                                 &create};

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
