// Announces a setting and has none.
#include "silent_model.h"

namespace {

constexpr aiproject::ModelPlugin changed() {
    aiproject::ModelPlugin plugin = aiproject::test::kRightDescriptor;
    plugin.settings = {nullptr, 1};
    return plugin;
}

constexpr aiproject::ModelPlugin kPlugin = changed();

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
