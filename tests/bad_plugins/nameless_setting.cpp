// Has a setting without a name.
#include "silent_model.h"

namespace {

constexpr aiproject::Setting kSettings[] = {
    {nullptr, aiproject::SettingType::text, "", "", 0, 0, "", aiproject::Secrecy::open, "has no name"},
};

constexpr aiproject::ModelPlugin changed() {
    aiproject::ModelPlugin plugin = aiproject::test::kRightDescriptor;
    plugin.settings = {kSettings, 1};
    return plugin;
}

constexpr aiproject::ModelPlugin kPlugin = changed();

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
