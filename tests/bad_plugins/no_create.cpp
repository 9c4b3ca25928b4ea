// Cannot make a model.
#include "silent_model.h"

namespace {

constexpr aiproject::ModelPlugin changed() {
    aiproject::ModelPlugin plugin = aiproject::test::kRightDescriptor;
    plugin.create = nullptr;
    return plugin;
}

constexpr aiproject::ModelPlugin kPlugin = changed();

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
