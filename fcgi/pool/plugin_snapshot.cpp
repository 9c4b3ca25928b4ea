#include "pool/plugin_snapshot.h"

#include "base/trusted_path.h"
#include "config/install_layout.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace aiproject {
namespace {

constexpr const char* kPluginsVariable = "AIPROJECT_PLUGINS";
constexpr char kErrorMark = '!';  // where a file has its descriptor
// FUTURE_WRITE (Linux 5.1), for nobody has mapped the copy yet. WRITE would add nothing but a wait until nobody looks
// at the pages, the kernel's own housekeeping among them, and an EBUSY when that lasts.
constexpr int kSeals = F_SEAL_FUTURE_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
constexpr int kTries = 5;
constexpr std::chrono::milliseconds kPause{40};  // for whoever writes the file to come to an end

[[noreturn]] void failWithErrno(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

std::string inOneLine(std::string text) {
    std::replace(text.begin(), text.end(), '\n', '?');
    return text;
}

struct stat statusOf(int descriptor) {
    struct stat status {};
    if (fstat(descriptor, &status) != 0) failWithErrno("cannot be looked at");
    return status;
}

bool isSame(const struct stat& a, const struct stat& b) {
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
           a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

FileDescriptor emptyCopy(const std::string& name) {
    FileDescriptor copy(memfd_create(name.substr(0, 200).c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!copy) failWithErrno("cannot be copied into memory");
    return copy;
}

// No more than it had, or somebody who goes on writing would keep us.
void copyAll(int from, int to, off_t size) {
    while (size > 0) {
        const ssize_t copied = sendfile(to, from, nullptr, std::size_t(size));
        if (copied == 0) return;
        if (copied < 0 && errno != EINTR) failWithErrno("cannot be copied into memory");
        if (copied > 0) size -= copied;
    }
}

// Nothing: the file changed while it was copied.
FileDescriptor tryToCopy(const std::filesystem::path& path) {
    // NONBLOCK, or a pipe of that name would hold us.
    const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file) failWithErrno("cannot be read");
    const struct stat before = statusOf(file.get());
    if (!S_ISREG(before.st_mode)) throw std::runtime_error("is no regular file");
    FileDescriptor copy = emptyCopy(path.filename());
    copyAll(file.get(), copy.get(), before.st_size);
    struct stat after {};  // of the name: it may be another file's by now
    if (stat(path.c_str(), &after) != 0 || !isSame(before, after)) return {};
    if (fcntl(copy.get(), F_ADD_SEALS, kSeals) != 0)
        failWithErrno("its copy cannot be sealed, which takes Linux 5.1 or newer");
    return copy;
}

FileDescriptor copyOf(const std::filesystem::path& path) {
    for (int tries = 1;; ++tries) {
        FileDescriptor copy = tryToCopy(path);
        if (copy) return copy;
        if (tries == kTries)
            throw std::runtime_error("is being written; copy it under another name and rename it when it is whole");
        std::this_thread::sleep_for(kPause);
    }
}

bool isSealed(int descriptor) {
    const int seals = fcntl(descriptor, F_GET_SEALS);
    return seals >= 0 && (seals & kSeals) == kSeals;
}

std::vector<std::filesystem::path> foldersOf(const Config& config) {
    if (config.pluginDirs.empty()) return {installedPluginDir()};
    return {config.pluginDirs.begin(), config.pluginDirs.end()};
}

// In a fixed order, whatever the disk says.
std::set<std::filesystem::path> pluginsIn(const std::filesystem::path& folder, std::error_code& failed) {
    std::set<std::filesystem::path> paths;
    for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
        if (at->path().extension() == ".so") paths.insert(at->path());
    return paths;
}

std::string unreadable(const std::filesystem::path& folder, const std::error_code& failed) {
    return "plugins.dir: " + folder.string() + " cannot be read: " + failed.message();
}

[[noreturn]] void refuseEnvironment() {
    throw std::runtime_error(std::string(kPluginsVariable) + " is for workers that aiproject serve starts; unset it");
}

}  // namespace

PluginSnapshot PluginSnapshot::take(const Config& config) {
    PluginSnapshot snapshot;
    for (const auto& folder : foldersOf(config)) snapshot.takeFolder(folder);
    return snapshot;
}

std::set<std::string> PluginSnapshot::namesIn(const Config& config) {
    std::set<std::string> names;
    for (const auto& folder : foldersOf(config)) {
        std::error_code failed;
        for (const auto& path : pluginsIn(folder, failed)) names.insert(path.stem());
        if (failed) throw std::runtime_error(inOneLine(unreadable(folder, failed)));
    }
    return names;
}

bool PluginSnapshot::isInherited() noexcept { return std::getenv(kPluginsVariable) != nullptr; }

PluginSnapshot PluginSnapshot::ownOrInherited(const Config& config) {
    const char* const value = std::getenv(kPluginsVariable);
    if (!value) return take(config);
    const std::string inherited = value;
    PluginSnapshot snapshot;
    snapshot.read(inherited);
    unsetenv(kPluginsVariable);  // or a process that a plugin starts would take it for its own
    return snapshot;
}

PluginSnapshot PluginSnapshot::handedDown(const std::string& text) {
    PluginSnapshot snapshot;
    snapshot.read(text);
    return snapshot;
}

void PluginSnapshot::takeFolder(const std::filesystem::path& folder) {
    if (isRefused(folder)) return;
    std::error_code failed;
    const std::set<std::filesystem::path> paths = pluginsIn(folder, failed);
    if (failed) errors_.push_back(inOneLine(unreadable(folder, failed)));
    for (const auto& path : paths) takeFile(path);
}

// Opening a plugin runs code of it, so what others can change is not even copied.
bool PluginSnapshot::isRefused(const std::filesystem::path& path) {
    const std::vector<std::string> faults = faultsOfPath(path, Trust::code);
    for (const std::string& fault : faults) {
        const std::string error = inOneLine("plugins.dir: " + fault);
        if (std::find(errors_.begin(), errors_.end(), error) == errors_.end()) errors_.push_back(error);
    }
    return !faults.empty();
}

void PluginSnapshot::takeFile(const std::filesystem::path& path) {
    if (isRefused(path)) return;
    try {
        if (path.string().find('\n') != std::string::npos) throw std::runtime_error("its path has a line break");
        files_.push_back({path, copyOf(path)});
    } catch (const std::runtime_error& e) {
        errors_.push_back(inOneLine("plugin " + path.string() + ": " + e.what()));
    }
}

void PluginSnapshot::add(const PluginFile& file) {
    FileDescriptor copy(fcntl(file.copy.get(), F_DUPFD_CLOEXEC, 0));
    if (!copy) failWithErrno("plugin " + file.path.string() + ": its copy in memory cannot be kept");
    files_.push_back({file.path, std::move(copy)});
}

PluginSnapshot PluginSnapshot::with(const std::set<std::string>& names, const PluginSnapshot& other) const {
    PluginSnapshot changed;
    const auto isOne = [&](const PluginFile& file) { return names.count(file.path.stem()) > 0; };
    for (const PluginFile& file : files_)
        if (!isOne(file)) changed.add(file);
    for (const PluginFile& file : other.files_)
        if (isOne(file)) changed.add(file);
    for (const std::string& error : errors_) {
        const auto isAboutIt = [&](const std::string& name) {
            return error.find("/" + name + ".so: ") != std::string::npos;
        };
        if (std::none_of(names.begin(), names.end(), isAboutIt)) changed.errors_.push_back(error);
    }
    return changed;
}

bool PluginSnapshot::has(const std::string& name) const {
    return std::any_of(files_.begin(), files_.end(), [&](const PluginFile& file) { return file.path.stem() == name; });
}

std::string PluginSnapshot::variable() const { return std::string(kPluginsVariable) + "=" + text(); }

// A line for each: a descriptor and a path, or the mark and an error.
std::string PluginSnapshot::text() const {
    std::string all;
    for (const PluginFile& file : files_) all += std::to_string(file.copy.get()) + " " + file.path.string() + "\n";
    for (const std::string& error : errors_) all += std::string(1, kErrorMark) + " " + error + "\n";
    return all;
}

std::vector<int> PluginSnapshot::descriptors() const {
    std::vector<int> numbers;
    for (const PluginFile& file : files_) numbers.push_back(file.copy.get());
    return numbers;
}

void PluginSnapshot::read(const std::string& inherited) {
    std::set<int> numbers;
    std::istringstream lines(inherited);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t space = line.find(' ');
        if (space == std::string::npos) refuseEnvironment();
        const std::string rest = line.substr(space + 1);
        if (line[0] == kErrorMark) {
            errors_.push_back(rest);
            continue;
        }
        // Only what is ours, or somebody else's descriptor would be closed.
        const int number = std::atoi(line.c_str());
        if (!isSealed(number) || !numbers.insert(number).second) refuseEnvironment();
        fcntl(number, F_SETFD, FD_CLOEXEC);  // of no process that this one starts
        files_.push_back({rest, FileDescriptor(number)});
    }
}

}  // namespace aiproject
