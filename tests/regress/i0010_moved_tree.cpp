// A tree that was moved or copied with its build folder: CMake refuses to go on there, in words that do not say what to
// do. The scripts say whose folder it is, and make it anew.
#include "support/child_process.h"
#include "support/places.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "support/text.h"

#include <filesystem>

using namespace aiproject::test;

namespace {

struct MovedTree : CppUnit::TestCase {
    TempDir dir;
    const std::string scripts = sourceFolder() + "/nginx/quickstart";

    MovedTree() {
        std::filesystem::create_directory(dir.file("first"));
        dir.write("first/CMakeLists.txt",
                  "cmake_minimum_required(VERSION 3.25)\nproject(p LANGUAGES NONE)\n"
                  "add_custom_target(made ALL touch made)\n");
        dir.write("first/CMakePresets.json",
                  R"({"version": 6, "configurePresets": [{"name": "release", "generator": "Ninja",)"
                  R"( "binaryDir": "${sourceDir}/build/release"}]})");
        built("first");
    }

    // What is said while build/release of that tree is configured and built.
    std::string built(const std::string& tree) const {
        const std::string script = R"(cd "$1"; . "$2/progress.sh"; . "$2/configure.sh"
configure release log; cmake --build build/release)";
        const Finished finished = runToEnd({"bash", {"-euc", script, "bash", dir.file(tree), scripts}});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(finished.output, 0, finished.code);
        CPPUNIT_ASSERT(std::filesystem::exists(dir.file(tree + "/build/release/made")));
        return finished.output;
    }
    static void assertSays(bool says, const std::string& output) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(output, says, output.find(" is made anew for those in ") != std::string::npos);
    }
};

}  // namespace

SPEC(MovedTree, builds_after_it_was_moved) {
    assertSays(false, built("first"));
    std::filesystem::rename(dir.file("first"), dir.file("second"));
    const std::string output = built("second");
    assertSays(true, output);
    CPPUNIT_ASSERT_MESSAGE(
        output, output.find("build/release belongs to the sources in " + dir.file("first")) != std::string::npos);
    assertSays(false, built("second"));
}

SPEC(MovedTree, builds_beside_the_tree_it_was_copied_from) {
    std::filesystem::copy(dir.file("first"), dir.file("second"), std::filesystem::copy_options::recursive);
    std::filesystem::remove(dir.file("second/build/release/made"));
    assertSays(true, built("second"));
    std::filesystem::remove(dir.file("first/build/release/made"));
    assertSays(false, built("first"));
}
