#include "support/places.h"

namespace aiproject::test {

std::string sourceFolder() { return AIPROJECT_SOURCE_DIR; }

std::string buildFolder() { return AIPROJECT_BUILD_DIR; }

std::string programPath() { return AIPROJECT_BINARY; }

std::string pluginFolder() { return AIPROJECT_PLUGINS; }

std::string badPluginFolder() { return AIPROJECT_BAD_PLUGINS; }

}  // namespace aiproject::test
