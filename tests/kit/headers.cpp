// Each header of the SDK compiles by itself: with both compilers, without warnings, without exceptions; and a compiler
// for an older C++ is told so first.
#include "support/child_process.h"
#include "support/places.h"
#include "support/spec.h"
#include "support/temp_dir.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct SdkHeaders : CppUnit::TestCase {
    TempDir dir;

    // None: that compiler is not installed. g++ is, since it has compiled this.
    static std::vector<std::string> compilers() {
        std::vector<std::string> all = {"g++"};
        if (runToEnd({"sh", {"-c", "command -v clang++-14"}}).code == 0) all.emplace_back("clang++-14");
        return all;
    }
    Finished compiled(const std::string& compiler, const std::string& source, std::vector<std::string> options) const {
        for (const char* option : {"-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wnon-virtual-dtor",
                                   "-Werror", "-fsyntax-only", "-I"})
            options.emplace_back(option);
        options.push_back(sourceFolder() + "/plugins/sdk");
        options.push_back(dir.write("unit.cpp", source));
        return runToEnd({compiler, options});
    }
    void assertCompiles(const std::string& source, const std::vector<std::string>& options) const {
        for (const std::string& compiler : compilers()) {
            const Finished done = compiled(compiler, source, options);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(compiler + ": " + done.output, 0, done.code);
        }
    }
};

}  // namespace

SPEC(SdkHeaders, need_nothing_before_them) {
    int seen = 0;
    const std::string folder = sourceFolder() + "/plugins/sdk/";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder + "aiproject")) {
        if (entry.path().extension() != ".h") continue;
        const std::string name = entry.path().string().substr(folder.size());
        const Finished done = compiled("g++", "#include \"" + name + "\"\n", {"-std=c++17"});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name + ": " + done.output, 0, done.code);
        ++seen;
    }
    CPPUNIT_ASSERT(seen >= 9);
}

SPEC(SdkHeaders, need_no_exceptions_and_no_newer_or_older_cxx) {
    std::string all;
    for (const char* name : {"edge", "http_stream", "json", "redaction", "testing"})
        all += "#include \"aiproject/"s + name + ".h\"\n";
    all +=
        "int used(aiproject::IReply& reply) {\n"
        "    return int(aiproject::atEdge(reply, [] { return aiproject::ModelStatus::ok; }));\n}\n"
        "aiproject::IModel* made(const aiproject::ISettings& settings) {\n"
        "    return aiproject::createAtEdge(settings, \"\", []() -> aiproject::IModel* { return nullptr; });\n}\n";
    assertCompiles(all, {"-std=c++17", "-DAIPROJECT_HTTP_TLS"});
    assertCompiles(all, {"-std=c++17", "-fno-exceptions"});
    assertCompiles(all, {"-std=c++20", "-fno-exceptions", "-DAIPROJECT_HTTP_TLS"});
}

SPEC(SdkHeaders, say_which_cxx_they_need_before_anything_else) {
    for (const std::string& compiler : compilers()) {
        const Finished done = compiled(compiler, "#include \"aiproject/imodel.h\"\n", {"-std=c++14"});
        CPPUNIT_ASSERT(done.code != 0);
        const std::size_t error = done.output.find("error: ");
        CPPUNIT_ASSERT(error != std::string::npos);
        const std::string first = done.output.substr(error, done.output.find('\n', error) - error);
        CPPUNIT_ASSERT_MESSAGE(done.output,
                               first.find("needs C++17 or newer: compile with -std=c++17") != std::string::npos);
    }
}
