// The console in a real browser: scenes of Node's own runner that drive Debian's Chromium by playwright-core.
#pragma once

#include "e2e/site.h"

#include <string>

namespace aiproject::test {

struct ConsoleUser {
    std::string name;
    std::string password;
};

struct ConsoleTarget {
    std::string url;  // of the site, without a slash at the end; empty: the scene needs none
    ConsoleUser admin;
    ConsoleUser user;
};

// False: there is no Chromium, or playwright-core is not installed, and a line has said so; ctest then counts the test
// as skipped.
bool browserIsInstalled();

// Runs SCENE.test.mjs to its end; all of its tests must pass.
void runScene(const std::string& scene, const ConsoleTarget& target);

// The folder with the pages.
std::string consoleFolder();

}  // namespace aiproject::test
