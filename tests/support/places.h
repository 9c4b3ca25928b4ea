// Where the sources and this build of them are. Only places.cpp names their folders, so that every other object of the
// tests is the same in each clone, and comes out of the compiler cache.
#pragma once

#include <string>

namespace aiproject::test {

std::string sourceFolder();
std::string buildFolder();
std::string programPath();      // aiproject
std::string pluginFolder();     // the plugins that are shipped
std::string badPluginFolder();  // tests/bad_plugins

}  // namespace aiproject::test
