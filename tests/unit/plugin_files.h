// The built plugins as files: the good one that is shipped, and the bad ones of tests/bad_plugins.
#pragma once

#include "support/places.h"

#include <filesystem>
#include <string>

namespace aiproject::test {

inline std::filesystem::path echoPlugin() { return pluginFolder() + "/echo.so"; }
inline std::filesystem::path badPlugin(const std::string& name) { return badPluginFolder() + "/" + name + ".so"; }

// Puts a plugin into a folder, under another name if need be.
inline void install(const std::filesystem::path& plugin, const std::filesystem::path& folder,
                    const std::string& name = {}) {
    std::filesystem::create_directories(folder);
    std::filesystem::copy_file(plugin, folder / (name.empty() ? plugin.filename().string() : name + ".so"));
}

}  // namespace aiproject::test
