// One opened plugin file. It stays mapped until the process ends: glibc does not really unload, and
// a worker generation is replaced, never patched.
#pragma once

#include "aiproject/imodel.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace aiproject {

struct CodeRange {
    std::uintptr_t begin = 0, end = 0;
};

// Its settings as this worker knows them, whichever minor of the contract it was built for.
std::vector<Setting> settingsOf(const ModelPlugin& plugin);

class PluginLibrary {
public:
    // Maps `copy`, a descriptor of the file's copy in memory (borrowed), or the file itself when there is none
    // (-1) or when the copy cannot be opened. Throws std::runtime_error with one line: the file, what was
    // found, what is needed.
    explicit PluginLibrary(const std::filesystem::path& file, int copy = -1);

    const std::filesystem::path& file() const noexcept { return file_; }
    std::string name() const { return file_.stem(); }
    const ModelPlugin& descriptor() const noexcept { return *descriptor_; }
    // Where its instructions are.
    const CodeRange& code() const noexcept { return code_; }
    // Mapped from its folder: who writes into the file ends this process.
    bool isInPlace() const noexcept { return isInPlace_; }

private:
    void* open(int copy);
    void* map(int copy);

    std::filesystem::path file_;
    bool isInPlace_ = true;
    CodeRange code_;
    const ModelPlugin* descriptor_;
};

}  // namespace aiproject
