// Needs a function that no library has.
#include "silent_model.h"

extern "C" int functionThatNoLibraryHas() noexcept;

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept {
    return functionThatNoLibraryHas() == 0 ? &aiproject::test::kRightDescriptor : nullptr;
}
