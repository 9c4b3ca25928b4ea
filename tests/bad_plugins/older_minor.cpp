// Good: says that it was built for contract 1.0, which had no start(), and would write down a call of it.
#include "counts_starts.h"

namespace {

constexpr aiproject::ModelPlugin kPlugin = aiproject::test::countingStarts(0);

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
