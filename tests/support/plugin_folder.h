// A plugins.dir of the test's own.
#pragma once

#include "support/temp_dir.h"
#include "support/worker_under_test.h"

#include <filesystem>
#include <map>
#include <string>

namespace aiproject::test {

class PluginFolder {
public:
    PluginFolder() = default;
    // Plugins and where they come from, as add() takes them.
    explicit PluginFolder(const std::map<std::string, std::string>& plugins) {
        for (const auto& [plugin, folder] : plugins) add(folder, plugin);
    }

    std::string path() const { return dir_.path(); }
    std::string file(const std::string& plugin) const { return dir_.file(plugin + ".so"); }

    // `folder` is pluginFolder() or badPluginFolder(). What is there is written over, as cp does it.
    void add(const std::string& folder, const std::string& plugin) const { addAs(plugin, folder, plugin); }
    void addAs(const std::string& name, const std::string& folder, const std::string& plugin) const {
        std::filesystem::copy_file(folder + "/" + plugin + ".so", file(name),
                                   std::filesystem::copy_options::overwrite_existing);
    }
    void remove(const std::string& plugin) const { std::filesystem::remove(file(plugin)); }

private:
    TempDir dir_;
};

}  // namespace aiproject::test
