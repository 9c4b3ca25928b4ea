// Its descriptor's version points to nowhere.
#include "silent_model.h"

#include <cstdint>

namespace {

using namespace aiproject;

ModelPlugin changed() {
    ModelPlugin plugin = test::kRightDescriptor;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a pointer that leads nowhere is what this plugin is for
    plugin.version = reinterpret_cast<const char*>(std::uintptr_t(16));
    return plugin;
}

const ModelPlugin kPlugin = changed();

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
