// Opening it runs code: its constructor makes the file that AIPROJECT_TEST_MARK names. A good plugin otherwise.
#include "silent_model.h"

#include <cstdio>
#include <cstdlib>

namespace {

__attribute__((constructor)) void leaveMark() {
    const char* const path = std::getenv("AIPROJECT_TEST_MARK");
    if (!path) return;
    if (std::FILE* const mark = std::fopen(path, "w")) std::fclose(mark);
}

}  // namespace

extern "C" const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &aiproject::test::kRightDescriptor; }
