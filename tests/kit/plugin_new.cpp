// `aiproject plugin new`: what it writes builds, passes its own test and serves, by make and by CMake.
#include "aiproject/testing.h"
#include "host/plugin_library.h"
#include "kit/raw_http_server.h"
#include "support/plugin_folder.h"
#include "support/spec.h"
#include "support/worker_under_test.h"

#include <filesystem>
#include <set>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

using test::Command;

struct PluginNew : CppUnit::TestCase {
    TempDir dir;

    Finished make(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {"plugin", "new"});
        arguments.insert(arguments.end(), {"--in", dir.path()});
        return runToEnd({programPath(), arguments});
    }
    static Finished succeed(const Command& command) {
        Finished done = runToEnd(command);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(command.program + ": " + done.output, 0, done.code);
        return done;
    }
    static void assertSays(const Finished& done, const std::string& part) {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is not in: " + done.output, done.output.find(part) != std::string::npos);
    }
    void assertRefused(int code, const std::vector<std::string>& arguments, const std::string& part) const {
        const Finished done = make(arguments);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(done.output, code, done.code);
        assertSays(done, part);
        CPPUNIT_ASSERT(std::filesystem::is_empty(dir.path()));
    }
    // All that `aiproject try --conform` looks at, beside a service where it asks one.
    static void assertKeepsTheRules(const std::string& file) {
        const RawHttpServer service({{"HTTP/1.1 200 OK\r\n\r\ndata: so \n\ndata: it is\n\n"}});
        std::vector<std::string> arguments{"try", file, "--conform"};
        if (PluginLibrary(file).descriptor().settings[0].defaultValue == nullptr)
            arguments.push_back("-Durl=" + service.url());
        assertSays(succeed({programPath(), arguments}), " rules hold, 0 are broken");
    }
    // As a plugin of the host's.
    static void assertLoads(const std::string& file) {
        const PluginLibrary library(file);
        const testing::Model model(library.descriptor(), {});
        const bool asks = library.descriptor().settings[0].defaultValue == nullptr;  // has a url
        CPPUNIT_ASSERT_EQUAL(!asks, bool(model));
        const Finished symbols = succeed({"nm", {"-D", "--defined-only", file}});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(symbols.output, std::size_t(1), countOf(symbols.output, "\n"));
    }
};

}  // namespace

SPEC(PluginNew, writes_a_folder_of_each_kind_that_make_builds_and_tests) {
    for (const char* kind : {"computes", "blocks", "follows"}) {
        const std::string name = "my-"s + kind + "_1", folder = dir.file(name);
        const Finished made = make({name, "--kind", kind});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(made.output, 0, made.code);
        assertSays(made, "cd " + folder + " && make && make check");
        const std::string warnings = "CXXFLAGS=-O0 -Wpedantic -Wconversion -Wshadow -Werror";
        assertSays(succeed({"make", {"-C", folder, "all", "check", warnings}}), name + ": all tests passed");
        assertLoads(folder + "/" + name + ".so");
        for (const auto& file : std::filesystem::directory_iterator(folder))
            CPPUNIT_ASSERT_MESSAGE(file.path(), file.path().extension() == ".so" ||
                                                    file.path().string().find("_test") != std::string::npos ||
                                                    readFile(file.path()).find("@NAME@") == std::string::npos);
        assertKeepsTheRules(folder + "/" + name + ".so");
        const std::string place = dir.file("installed-"s + kind);
        succeed({"make", {"-C", folder, "install", "PLUGINS=" + place}});
        CPPUNIT_ASSERT(std::filesystem::exists(place + "/" + name + ".so"));
    }
}

SPEC(PluginNew, writes_a_folder_that_cmake_builds_and_tests) {
    for (const char* kind : {"computes", "follows"}) {
        const std::string folder = dir.file(kind), build = dir.file("build-"s + kind);
        CPPUNIT_ASSERT_EQUAL(0, make({kind, "--kind", kind}).code);
        succeed({"cmake", {"-S", folder, "-B", build, "-G", "Ninja", "-DCMAKE_CXX_FLAGS=-Werror"}});
        succeed({"cmake", {"--build", build}});
        succeed({"ctest", {"--test-dir", build, "--output-on-failure"}});
        assertLoads(build + "/" + kind + ".so");
    }
}

// CMake's functions of the tree, as the folders of plugins/ find them.
SPEC(PluginNew, writes_a_folder_that_builds_inside_the_tree) {
    CPPUNIT_ASSERT_EQUAL(0, make({"inside", "--kind", "blocks"}).code);
    dir.write(
        "CMakeLists.txt",
        "cmake_minimum_required(VERSION 3.25)\nproject(tree LANGUAGES CXX)\nset(CMAKE_CXX_VISIBILITY_PRESET hidden)\n"
        "include(GNUInstallDirs)\ninclude(CTest)\ninclude(\"" +
            sourceFolder() + "/plugins/sdk/plugin.cmake\")\nadd_subdirectory(inside)\n");
    succeed({"cmake", {"-S", dir.path(), "-B", dir.file("build"), "-G", "Ninja"}});
    succeed({"cmake", {"--build", dir.file("build")}});
    succeed({"ctest", {"--test-dir", dir.file("build"), "--output-on-failure"}});
    assertLoads(dir.file("build") + "/plugins-built/inside.so");
}

SPEC(PluginNew, serves_in_a_worker) {
    CPPUNIT_ASSERT_EQUAL(0, make({"reverse"}).code);
    succeed({"make", {"-C", dir.file("reverse"), "CXXFLAGS=-O0"}});
    const PluginFolder plugins;
    plugins.add(dir.file("reverse"), "reverse");
    plugins.add(pluginFolder(), "echo");  // for voice and pictures
    const WorkerUnderTest worker({{"plugins.dir", plugins.path()}, {"route.text", "reverse"}});
    const std::string uuid = worker.newUser("alice");
    const FastcgiAnswer answer = worker.post("/textModel/chat", textBody(uuid, "alice", "one two three"));
    CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.find("three two one") != std::string::npos);
    const Finished check = runToEnd({programPath(), {"check", "-c", worker.installation().configFile()}});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(check.output, 0, check.code);
}

SPEC(PluginNew, refuses_what_cannot_be_a_name) {
    for (const char* name : {"", "a b", "../x", "a/b", ".hidden", "a.b", "\xC3\xA9"})
        assertRefused(2, {name}, "cannot be a plugin's name");
    for (const char* name : {"all", "check", "clean", "help", "install", "package", "test", "unit_test", "ALL_BUILD"})
        assertRefused(2, {name}, "cannot be a plugin's name: make, CMake or the folder has something of that name");
    assertRefused(2, {std::string(65, 'a')}, "1 to 64 letters");
    assertRefused(2, {"a", "--kind", "floats"}, "'floats' is not a kind of plugin");
}

SPEC(PluginNew, changes_nothing_that_is_there) {
    std::filesystem::create_directory(dir.path() / "mine");
    dir.write("mine/precious.txt", "keep me");
    dir.write("file", "keep me, too");
    std::filesystem::create_symlink("nowhere", dir.path() / "link");
    for (const char* name : {"mine", "file", "link"}) {
        const Finished done = make({name});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(done.output, 1, done.code);
        assertSays(done, "exists; nothing was changed");
    }
    CPPUNIT_ASSERT_EQUAL("keep me"s, readFile(dir.file("mine/precious.txt")));
    CPPUNIT_ASSERT(std::distance(std::filesystem::directory_iterator(dir.path() / "mine"), {}) == 1);
    const Finished none = runToEnd({programPath(), {"plugin", "new", "x", "--in", dir.file("not-there")}});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(none.output, 1, none.code);
    assertSays(none, "cannot make the folder");
}
