#include "store/sqlite_dialect.h"

#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Data/SQLite/Utility.h>
#include <Poco/Data/Session.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <thread>

#include "base/path_writers.h"
#include "store/private_file.h"
#include "store/sqlite_session.h"

namespace aiproject {

namespace SQLite = Poco::Data::SQLite;
using Poco::Data::Session;

namespace {

constexpr std::chrono::milliseconds kRetry{10};
constexpr std::chrono::milliseconds kLockPoll{1};
constexpr int kPatienceInQueue = 4;  // of database.timeout_ms, a quarter

int millisecondsUntil(std::chrono::steady_clock::time_point deadline) {
    using std::chrono::milliseconds;
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    return int(std::max(milliseconds(1), left).count());  // 0 would be never to ask twice
}

// SQLite's own pauses grow to 100 ms, in which nobody would have the lock that one waits for at the queue's head.
int lookAgain(void* deadline, int) {
    if (std::chrono::steady_clock::now() >= *static_cast<std::chrono::steady_clock::time_point*>(deadline)) return 0;
    std::this_thread::sleep_for(kLockPoll);
    return 1;
}

sqlite3* handleOf(Session& session) { return static_cast<SqliteSession&>(*session.impl()).handle(); }

template <class... Kinds>
bool isAny(const Poco::Exception& e) {
    return (dynamic_cast<const Kinds*>(&e) || ...);
}

}  // namespace

// An absolute path has none of the names that SQLite treats apart (:memory:, file:...?...).
SqliteDialect::SqliteDialect(const std::string& file, DatabaseUse use, std::chrono::milliseconds timeout)
    : file_(std::filesystem::absolute(file)),
      folder_(std::filesystem::path(file_).parent_path()),
      use_(use),
      timeout_(timeout),
      writers_(folder_, timeout / kPatienceInQueue) {}

bool SqliteDialect::exists() const {
    std::error_code unknown;  // the opening will say more
    return std::filesystem::exists(file_, unknown) || unknown;
}

std::string SqliteDialect::denial() const {
    const bool writes = use_ == DatabaseUse::serve;
    const auto isDenied = [](const std::string& path, int access) {
        return ::faccessat(AT_FDCWD, path.c_str(), access, AT_EACCESS) != 0 && (errno == EACCES || errno == EROFS);
    };
    for (const auto& [path, access] : {std::pair(folder_, writes ? W_OK | X_OK : X_OK),  // for its journal
                                       std::pair(file_, writes ? R_OK | W_OK : R_OK)}) {
        if (!isDenied(path, access)) continue;
        struct stat status {};
        std::string reason = path + " may not be " + (writes ? "read and written" : "read") + " by " +
                             userName(::geteuid()) + " (permission denied)";
        if (::stat(path.c_str(), &status) != 0) return reason;
        const std::string owner = userName(status.st_uid);
        return reason + "; it belongs to " + owner + ", so run this as that user: sudo -u " + owner + " aiproject ...";
    }
    return {};
}

// It says "disk I/O error" where a mapped file or a journal could not grow.
std::string SqliteDialect::shortage(const Poco::Exception& e) const {
    struct statvfs disk {};
    const bool hasNoRoom = ::statvfs(folder_.c_str(), &disk) == 0 && disk.f_bavail == 0;
    const bool isFull = isAny<SQLite::DatabaseFullException>(e) || (isAny<SQLite::IOErrorException>(e) && hasNoRoom);
    return isFull ? "no space is left on the disk of " + folder_ + "; make room there" : "";
}

FaultKind SqliteDialect::kindOf(const Poco::Exception& e) const {
    if (dynamic_cast<const SQLite::ConstraintViolationException*>(&e)) return FaultKind::constraint;
    // SQLite gives up with the third after many lost races for a place among the readers: a starved machine.
    if (isAny<SQLite::DBLockedException, SQLite::TableLockedException, SQLite::LockProtocolException>(e))
        return FaultKind::locked;
    // A full disk is an I/O error where the index of the WAL, which is mapped into memory, would have to grow.
    if (isAny<SQLite::DatabaseFullException, SQLite::NoMemoryException, SQLite::IOErrorException>(e))
        return FaultKind::exhausted;
    return FaultKind::other;
}

Session SqliteDialect::open(Clock::time_point deadline) const {
    // SQLite gives the files that it puts beside it the same mode.
    if (use_ == DatabaseUse::serve) createPrivateFile(file_, "");

    // Whole seconds; by default it would try for a minute to open what cannot be opened.
    const auto seconds = std::size_t(std::max(1, millisecondsUntil(deadline) / 1000));
    Session session(new SqliteSession(file_, seconds));
    sqlite3* const handle = handleOf(session);
    sqlite3_busy_timeout(handle, millisecondsUntil(deadline));
    if (use_ == DatabaseUse::serve)
        keepSafe(session, deadline);
    else
        execute(session, "PRAGMA query_only=ON");
    sqlite3_busy_timeout(handle, int(timeout_.count()));
    return session;
}

void SqliteDialect::keepSafe(Session& session, Clock::time_point deadline) {
    // The change to WAL does not wait for a lock as all else does: it fails at once while another process
    // is making it.
    for (;;) {
        try {
            execute(session, "PRAGMA journal_mode=WAL");
            break;
        } catch (const SQLite::DBLockedException&) {
            if (Clock::now() >= deadline) throw;
            std::this_thread::sleep_for(kRetry);
        }
    }
    // NORMAL would sync at checkpoints only, and a power cut would take back what was answered as done. FULL
    // syncs at every commit; EXTRA does so too where the file system has no WAL (it needs shared memory).
    execute(session, "PRAGMA synchronous=EXTRA; PRAGMA foreign_keys=ON");
}

bool SqliteDialect::isIdle(Session& session) const { return sqlite3_get_autocommit(handleOf(session)) != 0; }

// Not Poco's, which is deferred: what reads first and then writes would fail as soon as another writes. At least half
// of the time that is left is for SQLite's lock, so that nobody finds it locked for want of time.
void SqliteDialect::begin(Session& session, Clock::time_point deadline) const {
    const auto begin = Clock::now();
    const FileDescriptor place = writers_.wait(begin + (deadline - begin) / 2);
    sqlite3* const handle = handleOf(session);
    sqlite3_busy_handler(handle, &lookAgain, &deadline);
    try {
        changeRows(session, "BEGIN IMMEDIATE", {});
    } catch (...) {
        sqlite3_busy_timeout(handle, int(timeout_.count()));
        throw;
    }
    sqlite3_busy_timeout(handle, int(timeout_.count()));
}

void SqliteDialect::commit(Session& session) const { changeRows(session, "COMMIT", {}); }

void SqliteDialect::rollback(Session& session) const noexcept {
    // The result does not matter: a session that is still in its transaction is not kept.
    sqlite3_exec(handleOf(session), "ROLLBACK", nullptr, nullptr, nullptr);
}

void SqliteDialect::execute(Session& session, const std::string& sql) {
    sqlite3* handle = handleOf(session);
    const int result = sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) SQLite::Utility::throwException(handle, result);
}

const char* SqliteDialect::countMigrationTables() const {
    return "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'";
}

const char* SqliteDialect::createMigrationTable() const {
    return "CREATE TABLE IF NOT EXISTS schema_migrations ("
           " version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL,"
           " applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))) STRICT";
}

}  // namespace aiproject
