#include "store/database.h"

#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Data/SQLite/SessionImpl.h>
#include <Poco/Data/SQLite/Utility.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "base/error.h"
#include "store/private_file.h"

namespace aiproject {

namespace SQLite = Poco::Data::SQLite;

namespace {

constexpr std::string_view kScheme = "sqlite:";
constexpr std::chrono::milliseconds kRetry{10};

// Never with the url itself in the message: it may hold a password.
std::string fileOf(const std::string& url) {
    const auto begins = [&url](std::string_view scheme) { return url.compare(0, scheme.size(), scheme) == 0; };
    if (begins("postgresql:") || begins("mysql:"))
        throw Error(ErrorKind::internal, "database.url: this release stores in SQLite only; write sqlite:FILE");
    if (!begins(kScheme) || url.size() == kScheme.size())
        throw Error(ErrorKind::internal, "database.url: unknown form; write sqlite:FILE");
    // An absolute path has none of the names that SQLite treats apart (:memory:, file:...?...).
    return std::filesystem::absolute(url.substr(kScheme.size()));
}

bool inTransaction(Poco::Data::Session& session) {
    return sqlite3_get_autocommit(SQLite::Utility::dbHandle(session)) == 0;
}

}  // namespace

// A session for the time of one `work`. It goes back to the others only when it is known to be sound.
class Database::Lease {
public:
    Lease(Database& owner, Clock::time_point deadline) : owner_(owner) {
        std::unique_lock lock(owner_.mutex_);
        const auto isFree = [this] { return !owner_.idle_.empty() || owner_.open_ < owner_.maximum_; };
        if (!owner_.sessionFree_.wait_until(lock, deadline, isFree))
            throw Error(ErrorKind::internal, "no database session became free in time; see database.sessions");
        if (!owner_.idle_.empty()) {
            session_ = std::move(owner_.idle_.back());
            owner_.idle_.pop_back();
        } else {
            ++owner_.open_;  // before it is: opening takes time, and the others need the lock
        }
    }
    ~Lease() {
        if (!sound_) session_.reset();
        {
            const std::lock_guard lock(owner_.mutex_);
            if (session_)
                owner_.idle_.push_back(std::move(*session_));
            else
                --owner_.open_;
        }
        owner_.sessionFree_.notify_one();
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    Poco::Data::Session& session() {
        if (!session_) session_.emplace(owner_.open());
        return *session_;
    }
    void keep() { sound_ = session_ && !inTransaction(*session_); }

private:
    Database& owner_;
    std::optional<Poco::Data::Session> session_;
    bool sound_ = false;
};

// One writer of this process at a time: SQLite has one per file, and those that it makes wait poll for
// their turn with growing pauses, so some would never get it.
class Database::WriteTurn {
public:
    WriteTurn(Database& owner, Clock::time_point deadline) : owner_(owner) {
        std::unique_lock lock(owner_.mutex_);
        if (!owner_.writerGone_.wait_until(lock, deadline, [this] { return !owner_.writing_; }))
            throw Error(ErrorKind::internal, "database " + owner_.file_ + ": no turn to write came in time");
        owner_.writing_ = true;
    }
    ~WriteTurn() {
        {
            const std::lock_guard lock(owner_.mutex_);
            owner_.writing_ = false;
        }
        owner_.writerGone_.notify_one();
    }
    WriteTurn(const WriteTurn&) = delete;
    WriteTurn& operator=(const WriteTurn&) = delete;

private:
    Database& owner_;
};

class Database::Transaction {
public:
    // Not Poco's, which is deferred: what reads first and then writes would fail as soon as another writes.
    explicit Transaction(Poco::Data::Session& session) : session_(session) { execute(session_, "BEGIN IMMEDIATE"); }
    ~Transaction() {
        // The result does not matter: a session that is still in its transaction is not kept.
        if (!committed_) sqlite3_exec(SQLite::Utility::dbHandle(session_), "ROLLBACK", nullptr, nullptr, nullptr);
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit() {
        execute(session_, "COMMIT");
        committed_ = true;
    }

private:
    Poco::Data::Session& session_;
    bool committed_ = false;
};

Database::Database(const DatabaseConfig& config, DatabaseUse use)
    : file_(fileOf(config.url)), use_(use), maximum_(std::max(1, config.sessions)), timeout_(config.timeout) {
    idle_.reserve(std::size_t(maximum_));  // so that giving a session back cannot fail
}

Database::~Database() = default;

bool Database::exists() const {
    std::error_code unknown;  // the opening will say more
    return std::filesystem::exists(file_, unknown) || unknown;
}

void Database::read(const Work& work) {
    guarded([&] { lend(work, Clock::now() + timeout_); });
}

void Database::write(const Work& work) {
    guarded([&] {
        const auto deadline = Clock::now() + timeout_;
        const WriteTurn turn(*this, deadline);
        const auto inTransaction = [&work](Poco::Data::Session& session) {
            Transaction transaction(session);
            work(session);
            transaction.commit();
        };
        lend(inTransaction, deadline);
    });
}

void Database::execute(Poco::Data::Session& session, const std::string& sql) {
    sqlite3* handle = SQLite::Utility::dbHandle(session);
    const int result = sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) SQLite::Utility::throwException(handle, result);
}

void Database::lend(const Work& work, Clock::time_point deadline) {
    Lease lease(*this, deadline);
    try {
        work(lease.session());
    } catch (const Error&) {  // a decision of `work`, no fault of the session
        lease.keep();
        throw;
    } catch (const SQLite::ConstraintViolationException&) {
        lease.keep();
        throw;
    }
    lease.keep();
}

void Database::guarded(const std::function<void()>& work) const {
    const auto fault = [this](const std::string& what) {
        return Error(ErrorKind::internal, "database " + file_ + ": " + what);
    };
    try {
        work();
    } catch (const SQLite::ConstraintViolationException& e) {
        throw ConstraintViolation(e.displayText());
    } catch (const SQLite::DBLockedException&) {
        throw fault("locked by another process for longer than " + std::to_string(timeout_.count()) + " ms");
    } catch (const Poco::Exception& e) {
        throw fault(e.displayText());
    } catch (const std::system_error& e) {
        throw fault(e.what());
    }
}

Poco::Data::Session Database::open() {
    // SQLite gives the files that it puts beside it the same mode.
    if (use_ == DatabaseUse::serve) createPrivateFile(file_, "");

    // Poco connects in a thread of its process-wide pool, which throws when it has none left: one at a time.
    std::unique_lock oneAtATime(opening_);
    // Whole seconds; by default it would try for a minute to open what cannot be opened.
    const auto seconds = std::size_t(std::max<std::int64_t>(1, timeout_.count() / 1000));
    Poco::Data::Session session(new SQLite::SessionImpl(file_, seconds));
    oneAtATime.unlock();

    sqlite3_busy_timeout(SQLite::Utility::dbHandle(session), int(timeout_.count()));
    if (use_ == DatabaseUse::serve)
        keepSafe(session);
    else
        execute(session, "PRAGMA query_only=ON");
    return session;
}

void Database::keepSafe(Poco::Data::Session& session) const {
    // The change to WAL does not wait for a lock as all else does: it fails at once while another process
    // is making it.
    const auto deadline = Clock::now() + timeout_;
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

}  // namespace aiproject
