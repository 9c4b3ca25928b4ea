// Its create() does not come back, as the setting `how` says: it crashes, hangs or exits.
#include "silent_model.h"

#include <unistd.h>

#include <cstdlib>
#include <iterator>

namespace {

using namespace aiproject;

constexpr Setting kSettings[] = {
    {"how", SettingType::choice, "crash", "", 0, 0, "crash|hang|exit", Secrecy::open, "it ends"},
};

IModel* create(const ISettings& settings) noexcept {
    const std::string_view how = settings.text("how");
    if (how == "exit") std::exit(0);
    while (how == "hang") pause();
    std::abort();
}

constexpr ModelPlugin changed() {
    ModelPlugin plugin = test::descriptorWith(&create);
    plugin.settings = kSettings;
    plugin.settingCount = std::size(kSettings);
    return plugin;
}

constexpr ModelPlugin kPlugin = changed();

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
