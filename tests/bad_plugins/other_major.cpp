// Built for contract 1, whose descriptor has nothing behind these two numbers that this worker could read.
#include "aiproject/imodel.h"

namespace {

struct alignas(aiproject::ModelPlugin) {
    std::uint32_t major = aiproject::kContractMajor - 1, minor = 1;
} const descriptor;

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept {
    return reinterpret_cast<const aiproject::ModelPlugin*>(&descriptor);
}
