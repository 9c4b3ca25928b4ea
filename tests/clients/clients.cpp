#include "clients/clients.h"

#include "support/child_process.h"
#include "support/places.h"

#include <Poco/JSON/Object.h>

#include <cppunit/TestAssert.h>

#include <filesystem>
#include <iostream>
#include <sstream>

namespace aiproject::test {
namespace {

std::string folder() { return buildFolder() + "/tests/clients/"; }

std::string jsonOf(const ClientTarget& target) {
    Poco::JSON::Object models;
    for (const auto& [role, name] : target.models) models.set(role, name);
    Poco::JSON::Object object;
    object.set("baseURL", target.baseUrl);
    object.set("key", target.key);
    object.set("models", models);
    std::ostringstream text;
    object.stringify(text);
    return text.str();
}

}  // namespace

bool clientsAreInstalled() {
    const bool installed = std::filesystem::exists(folder() + "node_modules/.complete");  // install.sh writes it last
    if (!installed)
        std::cout << "left out: " << folder() << "node_modules is not complete; tests/clients/install.sh makes it"
                  << std::endl;
    return installed;
}

void runScene(const ClientTarget& target, const std::string& scene, const std::string& argument) {
    Command node{"node", {"--test-reporter=spec", folder() + scene + ".test.mjs"}};
    if (!argument.empty()) node.arguments.push_back(argument);
    node.environment["AIPROJECT_CLIENT_TARGET"] = jsonOf(target);
    const Finished finished = runToEnd(node);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(scene + " " + argument + ":\n" + finished.output, 0, finished.code);
}

}  // namespace aiproject::test
