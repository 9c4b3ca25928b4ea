#include "console/console.h"

#include "support/child_process.h"
#include "support/eventually.h"
#include "support/places.h"
#include "support/temp_dir.h"

#include <cppunit/TestAssert.h>

#include <filesystem>
#include <iostream>
#include <optional>
#include <sstream>

namespace aiproject::test {
namespace {

constexpr const char* kChromium = "/usr/bin/chromium";
constexpr const char* kPython = "/usr/bin/python3";
const std::chrono::seconds kTestPatience = 4 * kPatience;  // a test has many steps; node says each test that has ended

std::string folder() { return buildFolder() + "/tests/console/"; }

Poco::JSON::Object objectOf(const ConsoleUser& user) {
    Poco::JSON::Object object;
    object.set("name", user.name);
    object.set("password", user.password);
    return object;
}

std::string jsonOf(const ConsoleTarget& target) {
    Poco::JSON::Object object;
    object.set("url", target.url);
    object.set("admin", objectOf(target.admin));
    object.set("user", objectOf(target.user));
    object.set("chromium", kChromium);
    object.set("python", std::filesystem::exists(kPython) ? kPython : "");
    object.set("sources", consoleFolder());
    object.set("screens", folder() + "screens");
    object.set("patience", std::chrono::milliseconds(kPatience).count());
    std::ostringstream text;
    object.stringify(text);
    return text.str();
}

bool isThere(const std::string& file, const std::string& advice) {
    const bool exists = std::filesystem::exists(file);
    if (!exists) std::cout << "left out: there is no " << file << "; " << advice << std::endl;
    return exists;
}

// None: it hangs.
std::optional<int> endOf(ChildProcess& node, const std::string& output) {
    for (std::uintmax_t seen = 0;;) {
        const std::optional<int> code = node.wait(kTestPatience);
        const std::uintmax_t size = std::filesystem::file_size(output);
        if (code || size == seen) return code;
        seen = size;
    }
}

}  // namespace

bool browserIsInstalled() {
    return isThere(kChromium, "the package chromium has it") &&
           isThere(folder() + "node_modules/.complete", "tests/clients/install.sh makes it");
}

void runScene(const std::string& scene, const ConsoleTarget& target) {
    Command node{"node", {"--test-reporter=spec", folder() + scene + ".test.mjs"}};
    node.environment["AIPROJECT_CONSOLE_TARGET"] = jsonOf(target);
    const TempDir outputFolder;
    node.output = outputFolder.file("output");
    ChildProcess child(node);
    const std::optional<int> code = endOf(child, node.output);
    const std::string output = readFile(node.output);
    CPPUNIT_ASSERT_MESSAGE(scene + " does not end: " + output, code.has_value());
    CPPUNIT_ASSERT_EQUAL_MESSAGE(scene + ":\n" + output, 0, *code);
}

std::string consoleFolder() { return sourceFolder() + "/nginx/console"; }

}  // namespace aiproject::test
