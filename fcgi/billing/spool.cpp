#include "billing/spool.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <filesystem>
#include <system_error>

namespace aiproject {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWaiting = ".spool";
constexpr const char* kAside = ".aside";
constexpr const char* kRest = ".rest";      // becomes a waiting file when it is complete
constexpr std::size_t kLinesTogether = 50;  // taken
constexpr std::size_t kManyLines = 1'000;   // a file that has them gets no more: it is read as a whole

[[noreturn]] void fail(const std::string& what) { throw std::system_error(errno, std::generic_category(), what); }

void writeAll(const FileDescriptor& file, const std::string& text, const std::string& path) {
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t count = ::write(file.get(), text.data() + done, text.size() - done);
        if (count < 0 && errno != EINTR) fail("cannot write " + path);
        if (count > 0) done += std::size_t(count);
    }
    if (::fdatasync(file.get()) != 0) fail("cannot sync " + path);
}

void syncFolder(const std::string& folder) {
    const FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened || ::fsync(opened.get()) != 0) fail("cannot sync " + folder);
}

std::string contentOf(const FileDescriptor& file, const std::string& path) {
    std::string all, part(65'536, '\0');
    if (::lseek(file.get(), 0, SEEK_SET) != 0) fail("cannot read " + path);
    for (;;) {
        const ssize_t count = ::read(file.get(), part.data(), part.size());
        if (count < 0 && errno != EINTR) fail("cannot read " + path);
        if (count == 0) return all;
        if (count > 0) all.append(part, 0, std::size_t(count));
    }
}

// The last one may be cut; who reads it will say so.
std::vector<std::string> linesOf(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        if (end > begin) lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

std::vector<std::string> filesIn(const std::string& folder) {
    std::vector<std::string> files;
    std::error_code failure;
    fs::directory_iterator entries(folder, failure);
    // None yet: append() makes it, or says why not.
    if (failure == std::errc::no_such_file_or_directory || failure == std::errc::not_a_directory) return files;
    for (; !failure && entries != fs::directory_iterator(); entries.increment(failure))
        if (entries->path().extension() == kWaiting) files.push_back(entries->path());
    if (failure) throw std::system_error(failure, "cannot look for waiting bills in " + folder);
    return files;
}

bool isLinked(const FileDescriptor& file) {
    struct stat status {};
    return ::fstat(file.get(), &status) == 0 && status.st_nlink > 0;
}

std::string textOf(const Spool::Lines& lines) {
    std::size_t size = 0;
    for (const std::string& line : lines) size += line.size() + 1;
    std::string text;
    text.reserve(size);
    for (const std::string& line : lines) text.append(line).push_back('\n');
    return text;
}

void putAside(const std::string& path, const Spool::Lines& lines) {
    if (lines.empty()) return;
    const std::string target = fs::path(path).replace_extension(kAside);
    const FileDescriptor file(::open(target.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!file) fail("cannot create " + target);
    writeAll(file, textOf(lines), target);
    syncFolder(fs::path(path).parent_path());
}

std::string restOf(const std::string& path) { return fs::path(path).replace_extension(kRest); }

// In the place of all that the file has; nobody has locked the new one.
void keep(const std::string& path, const Spool::Lines& lines) {
    const std::string rest = restOf(path);
    const FileDescriptor file(::open(rest.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file) fail("cannot create " + rest);
    writeAll(file, textOf(lines), rest);
    if (::rename(rest.c_str(), path.c_str()) != 0) fail("cannot rename " + rest + " to " + path);
    syncFolder(fs::path(path).parent_path());
}

void replayFile(const std::string& path, const Spool::Take& take, const std::function<bool()>& goesOn) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file && errno == ENOENT) return;
    if (!file) fail("cannot open " + path);
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0 || !isLinked(file)) return;  // another one's
    const Spool::Lines lines = linesOf(contentOf(file, path));
    Spool::Lines waiting, unusable;
    bool mayGoOn = true;  // the caller has just asked
    for (std::size_t begin = 0; begin < lines.size(); begin += kLinesTogether) {
        const auto first = lines.begin() + std::ptrdiff_t(begin);
        const Spool::Lines part(first, first + std::ptrdiff_t(std::min(kLinesTogether, lines.size() - begin)));
        mayGoOn = mayGoOn && (begin == 0 || goesOn());
        const auto fates = mayGoOn ? take(part) : std::vector<LineFate>(part.size(), LineFate::notNow);
        for (std::size_t i = 0; i < part.size(); ++i)
            if (fates[i] != LineFate::done) (fates[i] == LineFate::aside ? unusable : waiting).push_back(part[i]);
    }
    putAside(path, unusable);
    if (!waiting.empty() && waiting.size() < lines.size()) keep(path, waiting);
    if (!waiting.empty()) return;
    ::unlink(restOf(path).c_str());  // of a process that died in keep()
    if (::unlink(path.c_str()) != 0) fail("cannot remove " + path);
}

}  // namespace

void Spool::open() {
    if (::mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST) fail("cannot make the folder " + folder_);
    const std::string path = fs::path(folder_) / (owner_ + "-" + std::to_string(++made_) + kWaiting);
    FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600));
    if (!file) fail("cannot create " + path);
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) fail("cannot lock " + path);
    // Another worker may have found it before the lock, empty as it was, and removed it.
    if (!isLinked(file)) throw std::system_error(EAGAIN, std::generic_category(), path + " was taken away");
    syncFolder(folder_);
    file_ = std::move(file);
    path_ = path;
    lines_ = 0;
}

void Spool::append(const Lines& lines) {
    const std::string text = textOf(lines);
    const std::lock_guard lock(mutex_);
    if (!file_ || lines_ >= kManyLines) open();
    try {
        writeAll(file_, text, path_);
        lines_ += lines.size();
    } catch (...) {
        file_ = {};  // it may end in half a line, to which nothing shall be added
        throw;
    }
}

bool Spool::hasFiles() const { return !filesIn(folder_).empty(); }

bool Spool::hasFilesOf(const std::string& owner) const {
    const auto files = filesIn(folder_);
    return std::any_of(files.begin(), files.end(), [&](const std::string& path) {
        const std::string name = fs::path(path).filename();
        return name.compare(0, owner.size() + 1, owner + "-") == 0;
    });
}

void Spool::replay(const Take& take, const std::function<bool()>& goesOn) {
    {
        const std::lock_guard lock(mutex_);
        file_ = {};  // with its lock: from here on it is one of the others; the next line makes a new one
    }
    std::exception_ptr failure;
    for (const std::string& path : filesIn(folder_)) {
        if (!goesOn()) break;
        try {
            replayFile(path, take, goesOn);
        } catch (const std::system_error&) {
            if (!failure) failure = std::current_exception();
        }
    }
    if (failure) std::rethrow_exception(failure);
}

std::string faultOfSpool(const std::string& folder) {
    std::error_code unknown;
    const fs::path path = fs::absolute(folder);
    const bool exists = fs::exists(path, unknown);
    if (exists && !fs::is_directory(path, unknown)) return folder + " is no folder";
    const std::string place = exists ? path : path.parent_path();
    if (::access(place.c_str(), W_OK | X_OK) == 0) return {};
    return (exists ? folder + " cannot be written" : folder + " cannot be made") + ": " +
           std::generic_category().message(errno);
}

}  // namespace aiproject
