// Its descriptor's summary is not UTF-8.
#include "silent_model.h"

namespace {

using namespace aiproject;

constexpr ModelPlugin changed() {
    ModelPlugin plugin = test::kRightDescriptor;
    plugin.summary = "\xff\xfe\x1b[2J";
    return plugin;
}

constexpr ModelPlugin kPlugin = changed();

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
