// Good: writes down each start().
#include "counts_starts.h"

namespace {

constexpr aiproject::ModelPlugin kPlugin = aiproject::test::countingStarts(1);

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
