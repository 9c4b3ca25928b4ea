// Has the entry, and nothing behind it.
#include "aiproject/imodel.h"

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return nullptr; }
