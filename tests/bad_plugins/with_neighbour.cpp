// Needs a library that it looks for beside itself: alone in a folder it cannot be opened.
#include "silent_model.h"

extern "C" int functionOfTheNeighbour() noexcept;

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept {
    return functionOfTheNeighbour() == 7 ? &aiproject::test::kRightDescriptor : nullptr;
}
