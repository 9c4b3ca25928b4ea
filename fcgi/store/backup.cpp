#include "store/backup.h"

#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "store/database.h"
#include "store/migrations.h"
#include "store/private_file.h"
#include "store/sqlite_file.h"

namespace aiproject {
namespace {

namespace fs = std::filesystem;

// No account's credentials are ended as often.
const std::string kFar = "1000000";

void checkIntegrity(const SqliteFile& file, const std::string& name) {
    const std::string found = file.answer("PRAGMA integrity_check");
    if (found != "ok") throw internalError(name + " is damaged (" + found + "); take another backup");
}

// Of this product, and not newer than it.
void checkMigrations(const DatabaseConfig& config, const std::string& file) {
    DatabaseConfig itself = config;
    itself.url = "sqlite:" + file;
    Database database(itself, DatabaseUse::look);
    const auto pending = Migrations(database, config.migrations).pending();
    if (!pending.empty() && pending.front().rfind("001_", 0) == 0)
        throw internalError(file + " is no database of aiproject: no migration was ever applied to it");
}

// Takes the lock for as long as the connection lives. A process that has the database open holds a shared lock, idle
// or not, because it is in WAL mode, which only the last one can leave.
void lockOut(const SqliteFile& database, const std::string& name) {
    int result = database.tried("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=DELETE");
    if (result == SQLITE_OK) result = database.tried("BEGIN EXCLUSIVE; COMMIT");
    const bool isStillWal = result == SQLITE_OK && database.answer("PRAGMA journal_mode") != "delete";
    const bool isBusy = result == SQLITE_BUSY || result == SQLITE_LOCKED || isStillWal;
    if (isBusy)
        throw internalError("database " + name +
                            " is in use; stop every serve and worker that uses it (aiproject stop)");
    if (result == SQLITE_CORRUPT || result == SQLITE_NOTADB)
        throw internalError("database " + name + " is damaged; move it and its -wal and -shm away, and restore again");
    if (result != SQLITE_OK) throw database.failed(result);
}

std::string quoted(const std::string& text) {
    std::string quoted = "'";
    for (const char sign : text) quoted += sign == '\'' ? "''" : std::string(1, sign);
    return quoted + "'";
}

// A database from before there were API keys has none.
bool hasKeys(const SqliteFile& database, const std::string& schema) {
    return database.answer("SELECT COUNT(*) FROM " + schema + ".sqlite_master WHERE name = 'api_keys'") != "0";
}

// SQL that revokes the keys that are revoked in `replaced`; all, where nobody knows which those are.
std::string revokeKeys(const SqliteFile& database, bool isReplacedKnown) {
    if (!hasKeys(database, "main")) return "";
    const std::string revoke =
        "UPDATE main.api_keys SET revoked_ms = CAST(strftime('%s', 'now') AS INTEGER) * 1000 WHERE revoked_ms = 0";
    if (!isReplacedKnown || !hasKeys(database, "replaced")) return revoke + ";";
    return revoke + " AND id IN (SELECT id FROM replaced.api_keys WHERE revoked_ms <> 0);";
}

// Credentials are derived from a user's id and epoch: no id of either database may come to somebody new, and no epoch
// of either may count again. False, and nothing done: `replaced` is damaged, or no database of accounts.
bool goOnBehind(const std::string& replaced, const SqliteFile& database) {
    try {
        database.execute("ATTACH " + quoted(replaced) + " AS replaced");
        if (database.answer("PRAGMA replaced.integrity_check") != "ok") return false;
        database.execute(
            "BEGIN;"
            "UPDATE main.users SET epoch = " +
            kFar +
            " + max(epoch, coalesce("
            " (SELECT theirs.epoch FROM replaced.users AS theirs WHERE theirs.id = main.users.id), 0));"
            "INSERT INTO main.sqlite_sequence (name, seq) SELECT name, 0 FROM replaced.sqlite_sequence"
            " WHERE name NOT IN (SELECT name FROM main.sqlite_sequence);"
            "UPDATE main.sqlite_sequence SET seq = max(seq, coalesce("
            " (SELECT theirs.seq FROM replaced.sqlite_sequence AS theirs"
            " WHERE theirs.name = main.sqlite_sequence.name), 0));" +
            revokeKeys(database, true) + "COMMIT");
        return true;
    } catch (const Error&) {
        database.tried("ROLLBACK");
        return false;
    }
}

// The same where nobody knows what was there: further than it can have come.
void goOnFarBehind(const SqliteFile& database) {
    database.execute("BEGIN; UPDATE users SET epoch = epoch + " + kFar + "; UPDATE sqlite_sequence SET seq = seq + " +
                     kFar + ";" + revokeKeys(database, false) + "COMMIT");
}

std::string keptName(const std::string& file) {
    return file + ".before-restore-" + Poco::DateTimeFormatter::format(Poco::Timestamp(), "%Y%m%dT%H%M%S.%iZ");
}

}  // namespace

std::string copiedFileOf(const DatabaseConfig& config) {
    const auto begins = [&](const char* scheme) { return config.url.rfind(scheme, 0) == 0; };
    if (begins("postgresql:"))
        throw internalError("database.url is PostgreSQL's: pg_dump copies it, and pg_restore puts it back");
    if (begins("mysql:"))
        throw internalError(
            "database.url is MySQL's: mariadb-dump --single-transaction copies it, and mariadb puts it back");
    if (!begins("sqlite:")) throw internalError("database.url: unknown form; write sqlite:FILE");
    return fs::absolute(config.url.substr(std::strlen("sqlite:")));
}

std::uint64_t backUp(const DatabaseConfig& config, const std::string& file, Existing existing) {
    const std::string source = copiedFileOf(config);
    if (!fs::exists(source)) throw internalError("database " + source + " does not exist");
    const fs::path target = fs::absolute(file);
    std::error_code unknown;
    if (fs::equivalent(source, target, unknown))
        throw internalError(file + " is the database itself; name another file");
    copyToFile(SqliteFile(source, SQLITE_OPEN_READWRITE, config.timeout), target, existing);
    return fs::file_size(target);
}

std::string restore(const DatabaseConfig& config, const std::string& file) {
    const std::string target = copiedFileOf(config);
    const std::string source = fs::absolute(file);
    std::error_code unknown;
    if (!fs::exists(source)) throw internalError(source + " does not exist");
    if (fs::equivalent(source, target, unknown)) throw internalError(file + " is the database itself; name a backup");
    const SqliteFile from(source, SQLITE_OPEN_READWRITE, config.timeout);
    checkIntegrity(from, source);
    checkMigrations(config, source);

    const bool wasThere = !createPrivateFile(target, "");
    const SqliteFile to(target, SQLITE_OPEN_READWRITE, config.timeout);
    lockOut(to, target);
    std::string kept = wasThere ? keptName(target) : "";
    try {
        if (wasThere) copyToFile(to, kept, Existing::refuse);
        // Made ready apart: what comes into the database comes in one transaction, its new epochs with it.
        const TemporaryFile ready(target);
        const SqliteFile next(ready.path(), SQLITE_OPEN_READWRITE, config.timeout);
        next.execute("PRAGMA synchronous=OFF");
        copyContent(from, next);
        if (!wasThere || !goOnBehind(kept, next)) goOnFarBehind(next);
        to.execute("PRAGMA synchronous=EXTRA");
        copyContent(next, to);
    } catch (const Error&) {
        if (!wasThere) unlink(target.c_str());
        throw;
    }
    return kept;
}

}  // namespace aiproject
