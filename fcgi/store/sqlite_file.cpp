#include "store/sqlite_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/file_descriptor.h"

namespace aiproject {
namespace {

namespace fs = std::filesystem;

constexpr int kAllPages = -1;

Error fileFault(const std::string& what, int error) { return internalError(what + ": " + std::strerror(error)); }

void syncPath(const std::string& path, int flags) {
    const FileDescriptor opened(open(path.c_str(), flags | O_CLOEXEC));
    if (!opened || fsync(opened.get()) != 0) throw fileFault(path + " cannot be written to disk", errno);
}

void giveName(const std::string& temporary, const fs::path& file, Existing existing) {
    const int done = existing == Existing::replace ? std::rename(temporary.c_str(), file.c_str())
                                                   : link(temporary.c_str(), file.c_str());  // never replaces
    if (done != 0 && errno == EEXIST) throw internalError(file.string() + " is there already; --force replaces it");
    if (done != 0) throw fileFault(file.string() + " cannot be made", errno);
    syncPath(file.parent_path(), O_RDONLY | O_DIRECTORY);
}

}  // namespace

SqliteFile::SqliteFile(const std::string& file, int flags, std::chrono::milliseconds timeout) : file_(file) {
    const int result = sqlite3_open_v2(file.c_str(), &handle_, flags, nullptr);
    if (result == SQLITE_OK) {
        sqlite3_busy_timeout(handle_, int(timeout.count()));
        return;
    }
    const Error error = failed(result);
    sqlite3_close(handle_);
    throw Error(error);
}

Error SqliteFile::failed(int result) const { return internalError(file_ + ": " + sqlite3_errstr(result)); }

int SqliteFile::tried(const std::string& sql) const {
    return sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
}

void SqliteFile::execute(const std::string& sql) const {
    if (const int result = tried(sql); result != SQLITE_OK) throw failed(result);
}

std::string SqliteFile::answer(const std::string& sql) const {
    std::string text;
    const auto take = [](void* to, int columns, char** values, char**) {
        if (columns > 0 && values[0]) *static_cast<std::string*>(to) = values[0];
        return 1;  // no more rows
    };
    const int result = sqlite3_exec(handle_, sql.c_str(), take, &text, nullptr);
    if (result != SQLITE_OK && result != SQLITE_ABORT) throw failed(result);
    return text;
}

TemporaryFile::TemporaryFile(const fs::path& target)
    : path_((target.parent_path() / ("." + target.filename().string() + ".XXXXXX")).string()) {
    const FileDescriptor made(mkostemp(path_.data(), O_CLOEXEC));
    if (!made) throw fileFault(target.string() + " cannot be made", errno);
}

TemporaryFile::~TemporaryFile() {
    for (const char* ending : {"", "-journal", "-wal", "-shm"}) unlink((path_ + ending).c_str());
}

// In one step: in WAL mode others write meanwhile, and a copy in pieces would begin anew with each of their commits.
void copyContent(const SqliteFile& from, const SqliteFile& to) {
    sqlite3_backup* backup = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
    if (!backup) throw to.failed(sqlite3_errcode(to.handle()));
    const int stepped = sqlite3_backup_step(backup, kAllPages);
    const int finished = sqlite3_backup_finish(backup);
    if (finished != SQLITE_OK) throw to.failed(finished);
    if (stepped != SQLITE_DONE) throw from.failed(stepped);  // a lock, which finish() need not repeat
}

void copyToFile(const SqliteFile& from, const fs::path& file, Existing existing) {
    if (existing == Existing::refuse && fs::exists(file))
        throw internalError(file.string() + " is there already; --force replaces it");
    for (const char* ending : {"-wal", "-journal"})  // SQLite would take it for that of the new file
        if (fs::exists(file.string() + ending))
            throw internalError(file.string() + ending +
                                " is beside it, so it is a database in use; name another file");
    const TemporaryFile temporary(file);
    try {
        const SqliteFile to(temporary.path(), SQLITE_OPEN_READWRITE, {});
        to.execute("PRAGMA synchronous=OFF");  // it is synced as a whole, below
        copyContent(from, to);
        to.execute("PRAGMA journal_mode=DELETE");
    } catch (const Error& e) {
        throw internalError("no copy was made at " + file.string() + ", and nothing is left of it: " + e.what());
    }
    syncPath(temporary.path(), O_RDWR);
    giveName(temporary.path(), file, existing);
}

}  // namespace aiproject
