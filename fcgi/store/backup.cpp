#include "store/backup.h"

#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "store/database.h"
#include "store/migrations.h"
#include "store/private_file.h"

namespace aiproject {
namespace {

namespace fs = std::filesystem;

constexpr int kAllPages = -1;

Error fault(const std::string& what) { return {ErrorKind::internal, what}; }
Error fault(const std::string& what, int error) { return fault(what + ": " + std::strerror(error)); }

// A connection to a file that is there, closed when it goes.
class SqliteFile {
public:
    SqliteFile(const std::string& file, int flags, std::chrono::milliseconds timeout) : file_(file) {
        const int result = sqlite3_open_v2(file.c_str(), &handle_, flags, nullptr);
        if (result == SQLITE_OK) {
            sqlite3_busy_timeout(handle_, int(timeout.count()));
            return;
        }
        const Error error = failed(result);
        sqlite3_close(handle_);
        throw Error(error);
    }
    ~SqliteFile() { sqlite3_close(handle_); }
    SqliteFile(const SqliteFile&) = delete;
    SqliteFile& operator=(const SqliteFile&) = delete;

    sqlite3* handle() const noexcept { return handle_; }
    Error failed(int result) const { return fault(file_ + ": " + sqlite3_errstr(result)); }

    int tried(const char* sql) const { return sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr); }
    void execute(const char* sql) const {
        if (const int result = tried(sql); result != SQLITE_OK) throw failed(result);
    }
    // The first column of the first row.
    std::string answer(const char* sql) const {
        std::string text;
        const auto take = [](void* to, int columns, char** values, char**) {
            if (columns > 0 && values[0]) *static_cast<std::string*>(to) = values[0];
            return 1;  // no more rows
        };
        const int result = sqlite3_exec(handle_, sql, take, &text, nullptr);
        if (result != SQLITE_OK && result != SQLITE_ABORT) throw failed(result);
        return text;
    }

private:
    const std::string file_;
    sqlite3* handle_ = nullptr;
};

// In one step: in WAL mode others write meanwhile, and a copy in pieces would begin anew with each of their commits.
void copy(const SqliteFile& from, const SqliteFile& to) {
    sqlite3_backup* backup = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
    if (!backup) throw to.failed(sqlite3_errcode(to.handle()));
    sqlite3_backup_step(backup, kAllPages);
    const int result = sqlite3_backup_finish(backup);  // repeats what the step has failed with
    if (result != SQLITE_OK) throw to.failed(result);
}

// A file of mode 0600 beside `target`, and all that SQLite puts beside it; gone at the end of the scope.
class Temporary {
public:
    explicit Temporary(const fs::path& target)
        : path_((target.parent_path() / ("." + target.filename().string() + ".XXXXXX")).string()) {
        const FileDescriptor made(mkostemp(path_.data(), O_CLOEXEC));
        if (!made) throw fault(target.string() + " cannot be made", errno);
    }
    ~Temporary() {
        for (const char* ending : {"", "-journal", "-wal", "-shm"}) unlink((path_ + ending).c_str());
    }
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;

    const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

void syncPath(const std::string& path, int flags) {
    const FileDescriptor opened(open(path.c_str(), flags | O_CLOEXEC));
    if (!opened || fsync(opened.get()) != 0) throw fault(path + " cannot be written to disk", errno);
}

void giveName(const std::string& temporary, const fs::path& file, Existing existing) {
    const int done = existing == Existing::replace ? std::rename(temporary.c_str(), file.c_str())
                                                   : link(temporary.c_str(), file.c_str());  // never replaces
    if (done != 0 && errno == EEXIST) throw fault(file.string() + " is there already; --force replaces it");
    if (done != 0) throw fault(file.string() + " cannot be made", errno);
    syncPath(file.parent_path(), O_RDONLY | O_DIRECTORY);
}

// A whole copy without a journal beside it, checked, on disk when it gets its name.
void copyToFile(const SqliteFile& from, const fs::path& file, Existing existing) {
    if (existing == Existing::refuse && fs::exists(file))
        throw fault(file.string() + " is there already; --force replaces it");
    for (const char* ending : {"-wal", "-journal"})  // SQLite would take it for that of the new file
        if (fs::exists(file.string() + ending))
            throw fault(file.string() + ending + " is beside it, so it is a database in use; name another file");
    const Temporary temporary(file);
    try {
        const SqliteFile to(temporary.path(), SQLITE_OPEN_READWRITE, {});
        to.execute("PRAGMA synchronous=OFF");  // it is synced as a whole, below
        copy(from, to);
        to.execute("PRAGMA journal_mode=DELETE");
    } catch (const Error& e) {
        throw fault("no copy was made at " + file.string() + ", and nothing is left of it: " + e.what());
    }
    syncPath(temporary.path(), O_RDWR);
    giveName(temporary.path(), file, existing);
}

void checkIntegrity(const SqliteFile& file, const std::string& name) {
    const std::string found = file.answer("PRAGMA integrity_check");
    if (found != "ok") throw fault(name + " is damaged (" + found + "); take another backup");
}

// Of this product, and not newer than it.
void checkMigrations(const DatabaseConfig& config, const std::string& file) {
    DatabaseConfig itself = config;
    itself.url = "sqlite:" + file;
    Database database(itself, DatabaseUse::look);
    const auto pending = Migrations(database, config.migrations).pending();
    if (!pending.empty() && pending.front().rfind("001_", 0) == 0)
        throw fault(file + " is no database of aiproject: no migration was ever applied to it");
}

// Takes the lock for as long as the connection lives. A process that has the database open holds a shared lock, idle
// or not, because it is in WAL mode, which only the last one can leave.
void lockOut(const SqliteFile& database, const std::string& name) {
    int result = database.tried("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=DELETE");
    if (result == SQLITE_OK) result = database.tried("BEGIN EXCLUSIVE; COMMIT");
    const bool isStillWal = result == SQLITE_OK && database.answer("PRAGMA journal_mode") != "delete";
    const bool isBusy = result == SQLITE_BUSY || result == SQLITE_LOCKED || isStillWal;
    if (isBusy)
        throw fault("database " + name + " is in use; stop every serve and worker that uses it (aiproject stop)");
    if (result == SQLITE_CORRUPT || result == SQLITE_NOTADB)
        throw fault("database " + name + " is damaged; move it and its -wal and -shm away, and restore again");
    if (result != SQLITE_OK) throw database.failed(result);
}

std::string keptName(const std::string& file) {
    return file + ".before-restore-" + Poco::DateTimeFormatter::format(Poco::Timestamp(), "%Y%m%dT%H%M%SZ");
}

}  // namespace

std::string copiedFileOf(const DatabaseConfig& config) {
    const auto begins = [&](const char* scheme) { return config.url.rfind(scheme, 0) == 0; };
    if (begins("postgresql:"))
        throw fault("database.url is PostgreSQL's: pg_dump copies it, and pg_restore puts it back");
    if (begins("mysql:"))
        throw fault("database.url is MySQL's: mariadb-dump --single-transaction copies it, and mariadb puts it back");
    if (!begins("sqlite:")) throw fault("database.url: unknown form; write sqlite:FILE");
    return fs::absolute(config.url.substr(std::strlen("sqlite:")));
}

std::uint64_t backUp(const DatabaseConfig& config, const std::string& file, Existing existing) {
    const std::string source = copiedFileOf(config);
    if (!fs::exists(source)) throw fault("database " + source + " does not exist");
    const fs::path target = fs::absolute(file);
    std::error_code unknown;
    if (fs::equivalent(source, target, unknown)) throw fault(file + " is the database itself; name another file");
    copyToFile(SqliteFile(source, SQLITE_OPEN_READWRITE, config.timeout), target, existing);
    return fs::file_size(target);
}

std::string restore(const DatabaseConfig& config, const std::string& file) {
    const std::string target = copiedFileOf(config);
    const std::string source = fs::absolute(file);
    std::error_code unknown;
    if (!fs::exists(source)) throw fault(source + " does not exist");
    if (fs::equivalent(source, target, unknown)) throw fault(file + " is the database itself; name a backup");
    const SqliteFile from(source, SQLITE_OPEN_READWRITE, config.timeout);
    checkIntegrity(from, source);
    checkMigrations(config, source);

    const bool wasThere = !createPrivateFile(target, "");
    const SqliteFile to(target, SQLITE_OPEN_READWRITE, config.timeout);
    lockOut(to, target);
    std::string kept = wasThere ? keptName(target) : "";
    if (wasThere) copyToFile(to, kept, Existing::refuse);
    to.execute("PRAGMA synchronous=EXTRA");
    try {
        copy(from, to);  // a transaction: it comes as a whole, or all is as before
    } catch (const Error&) {
        if (!wasThere) unlink(target.c_str());
        throw;
    }
    return kept;
}

}  // namespace aiproject
