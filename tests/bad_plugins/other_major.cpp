// Built for a contract that this worker does not have.
#include "silent_model.h"

namespace {

constexpr aiproject::ModelPlugin changed() {
    aiproject::ModelPlugin plugin = aiproject::test::kRightDescriptor;
    plugin.contractMajor = aiproject::kContractMajor + 1;
    return plugin;
}

constexpr aiproject::ModelPlugin kPlugin = changed();

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
