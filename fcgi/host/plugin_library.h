// One opened plugin file. It stays mapped until the process ends: glibc does not really unload, and
// a worker generation is replaced, never patched.
#pragma once

#include "aiproject/imodel.h"

#include <filesystem>
#include <string>

namespace aiproject {

class PluginLibrary {
public:
    // Throws std::runtime_error with one line: the file, what was found, what is needed.
    explicit PluginLibrary(const std::filesystem::path& file);

    const std::filesystem::path& file() const noexcept { return file_; }
    std::string name() const { return file_.stem(); }
    const ModelPlugin& descriptor() const noexcept { return *descriptor_; }

private:
    std::filesystem::path file_;
    const ModelPlugin* descriptor_;
};

}  // namespace aiproject
