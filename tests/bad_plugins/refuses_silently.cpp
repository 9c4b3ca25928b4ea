// Makes no model, and does not say why.
#include "silent_model.h"

namespace {

aiproject::IModel* create(const aiproject::ISettings& /*settings*/) noexcept { return nullptr; }

constexpr aiproject::ModelPlugin changed() {
    aiproject::ModelPlugin plugin = aiproject::test::kRightDescriptor;
    plugin.create = &create;
    return plugin;
}

constexpr aiproject::ModelPlugin kPlugin = changed();

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
