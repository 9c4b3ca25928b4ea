// The plugins of one generation of workers: copies in memory, made once by the manager and inherited by its
// workers. What happens in the folders afterwards, even writing into a file, reaches no running process, and
// a worker that is started again has the plugins that its neighbours have.
//
// THREADS  none: made before the first one.
#pragma once

#include "base/file_descriptor.h"
#include "config/config.h"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace aiproject {

struct PluginFile {
    std::filesystem::path path;  // where it was copied from; without a line break
    FileDescriptor copy;         // a sealed memfd, CLOEXEC
};

class PluginSnapshot {
public:
    // Every NAME.so in the folders of `config`, folder by folder, in the order of their names. What cannot be
    // read, or is being written, or can be changed by others (base/trusted_path.h), is one of the errors.
    static PluginSnapshot take(const Config& config);
    // Of the manager that has started this process, else as take(). Throws std::runtime_error when the
    // environment is not a manager's.
    static PluginSnapshot ownOrInherited(const Config& config);
    static bool isInherited() noexcept;  // until it is taken
    // From its text(), by a process that has inherited the copies.
    static PluginSnapshot handedDown(const std::string& text);

    // The names of the plugins in those folders, whose files it does not even open. Throws std::runtime_error where a
    // folder cannot be read.
    static std::set<std::string> namesIn(const Config& config);

    // The same, with the plugins of these names as `other` has them.
    PluginSnapshot with(const std::set<std::string>& names, const PluginSnapshot& other) const;
    bool has(const std::string& name) const;

    const std::vector<PluginFile>& files() const noexcept { return files_; }
    const std::vector<std::string>& errors() const noexcept { return errors_; }  // a line each, for the operator

    // For the environment of a worker, which must inherit these descriptors under the same numbers.
    std::string variable() const;
    std::string text() const;  // the variable's value
    std::vector<int> descriptors() const;

private:
    void takeFolder(const std::filesystem::path& folder);
    void takeFile(const std::filesystem::path& path);
    bool isRefused(const std::filesystem::path& path);
    void read(const std::string& inherited);
    void add(const PluginFile& file);

    std::vector<PluginFile> files_;
    std::vector<std::string> errors_;
};

}  // namespace aiproject
