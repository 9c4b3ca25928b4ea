// Where `cmake --install` put things, found from the running binary so that a prefix can be moved.
#pragma once

#include <filesystem>

namespace aiproject {

std::filesystem::path ownBinary();
std::filesystem::path installedPluginDir();
std::filesystem::path installedSqlDir();
std::filesystem::path installedTemplateDir();  // of plugin new
std::filesystem::path installedIncludeDir();   // has aiproject/imodel.h

}  // namespace aiproject
