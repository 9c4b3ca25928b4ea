#include "store/database.h"

#include <Poco/Data/Session.h>

#include <algorithm>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "base/error.h"
#include "store/server_session.h"
#include "store/sqlite_dialect.h"

namespace aiproject {

using Poco::Data::Session;

namespace {

constexpr std::chrono::minutes kMigrationTime{10};
// An opening that took this long failed for time: the libraries do not say it, and no other failure takes so long.
constexpr std::chrono::seconds kSlowOpening{1};
constexpr int kLongestPauseMs = 20;  // before a transaction that lost to another is run again

// Of random length: two that met once would meet again after equal ones.
void pauseAfterConflict() {
    thread_local std::minstd_rand random{std::random_device{}()};
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % kLongestPauseMs));
}

}  // namespace

struct Database::Idle {
    Session session;
    Clock::time_point since;
};

// A session for the time of one `work`. It goes back to the others only when it is known to be sound.
class Database::Lease {
public:
    Lease(Database& owner, Clock::time_point deadline) : owner_(owner), deadline_(deadline) {
        std::unique_lock lock(owner_.mutex_);
        const auto isIdle = [this] { return !owner_.idle_.empty(); };
        const auto hasFailed = [this, before = owner_.slowFailures_] { return owner_.slowFailures_ != before; };
        const auto isFree = [&] { return isIdle() || hasFailed() || owner_.open_ < owner_.maximum_; };
        const bool isInTime = owner_.sessionFree_.wait_until(lock, deadline, isFree);
        if (!isIdle() && hasFailed()) {
            owner_.sessionFree_.notify_one();  // this one may have been woken for what it does not take
            throw owner_.busy(owner_.slowFailure_);
        }
        if (!isInTime) throw owner_.busy("no session became free in time; see database.sessions");
        if (!owner_.idle_.empty()) {
            session_ = std::move(owner_.idle_.back().session);
            owner_.idle_.pop_back();
        } else {
            ++owner_.open_;  // before it is: opening takes time, and the others need the lock
        }
    }
    ~Lease() {
        if (!sound_) session_.reset();
        std::optional<Session> unused;  // ends without the lock
        {
            const std::lock_guard lock(owner_.mutex_);
            if (session_)
                unused = owner_.takeBack(std::move(*session_));
            else
                --owner_.open_;
        }
        owner_.sessionFree_.notify_one();
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    bool isOpen() const { return session_.has_value(); }
    Session& session() {
        if (!session_) open();
        return *session_;
    }
    void keep() { sound_ = session_ && owner_.dialect_->isIdle(*session_); }

private:
    void open() {
        const auto begin = Clock::now();
        try {
            session_.emplace(owner_.dialect_->open(std::min(deadline_, begin + owner_.timeout_)));
        } catch (const Poco::Exception& e) {
            if (Clock::now() - begin >= kSlowOpening) owner_.tellThoseWhoWait(e.displayText());
            throw;
        }
    }

    Database& owner_;
    const Clock::time_point deadline_;
    std::optional<Session> session_;
    bool sound_ = false;
};

// One writer of this process at a time, in the order in which they came: SQLite has one per file. A turn goes from one
// to the next, or who has just written would take it again before the next has woken up.
class Database::WriteTurn {
public:
    WriteTurn(Database& owner, Clock::time_point deadline) : owner_(owner) {
        std::unique_lock lock(owner_.mutex_);
        owner_.writers_.push_back(this);
        if (isNext_.wait_until(lock, deadline, [this] { return owner_.writers_.front() == this; })) return;
        owner_.writers_.erase(std::find(owner_.writers_.begin(), owner_.writers_.end(), this));
        throw owner_.busy("no turn to write came in time; see database.timeout_ms");
    }
    ~WriteTurn() {
        const std::lock_guard lock(owner_.mutex_);
        owner_.writers_.erase(owner_.writers_.begin());
        if (!owner_.writers_.empty()) owner_.writers_.front()->isNext_.notify_one();
    }
    WriteTurn(const WriteTurn&) = delete;
    WriteTurn& operator=(const WriteTurn&) = delete;

private:
    Database& owner_;
    std::condition_variable isNext_;
};

class Database::Transaction {
public:
    Transaction(const Database& owner, Session& session, Clock::time_point deadline)
        : owner_(owner), session_(session) {
        owner_.dialect_->begin(session_, deadline);
    }
    ~Transaction() {
        if (!committed_) owner_.dialect_->rollback(session_);
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit() {
        try {
            owner_.dialect_->commit(session_);
        } catch (const Poco::Exception& e) {
            if (owner_.dialect_->kindOf(e) != FaultKind::lost) throw;
            throw owner_.busy("nobody knows whether the transaction was done: COMMIT had been sent when " +
                              e.message());
        }
        committed_ = true;
    }

private:
    const Database& owner_;
    Session& session_;
    bool committed_ = false;
};

Database::Database(const DatabaseConfig& config, DatabaseUse use, std::chrono::milliseconds idleLife)
    : dialect_(makeDialect(config, use)),
      maximum_(std::max(1, config.sessions)),
      timeout_(config.timeout),
      idleLife_(idleLife) {
    idle_.reserve(std::size_t(maximum_));  // so that giving a session back cannot fail
}

Database::~Database() = default;

void Database::read(const Work& work) {
    guarded([&] { insist(work, Clock::now() + timeout_); });
}

void Database::write(const Work& work) {
    guarded([&] {
        const auto deadline = Clock::now() + timeout_;
        std::optional<WriteTurn> turn;
        if (dialect_->hasOneWriter()) turn.emplace(*this, deadline);
        const auto inTransaction = [&](Session& session) {
            Transaction transaction(*this, session, deadline);
            work(session);
            transaction.commit();
        };
        insist(std::ref(inTransaction), deadline);  // or the function would be copied into the heap
    });
}

void Database::migrate(const Work& work) {
    if (dialect_->hasOneWriter()) return write(work);
    guarded([&] {
        const auto deadline = Clock::now() + kMigrationTime;
        const auto apart = [&](Session& session) {
            dialect_->lockMigrations(session);
            Transaction transaction(*this, session, deadline);
            work(session);
            transaction.commit();
        };
        bool wasIdle = false;
        forgetIdle();
        // The session ends with it, and so do its lock and its limits.
        lend(apart, deadline, After::end, wasIdle);
    });
}

void Database::execute(Session& session, const std::string& sql) {
    if (ServerSession* server = ServerSession::of(session))
        server->run(sql);
    else
        SqliteDialect::execute(session, sql);
}

void Database::insist(const Work& work, Clock::time_point deadline) {
    for (bool mayReplace = true;;) {
        bool wasIdle = false;
        try {
            return lend(work, deadline, After::keep, wasIdle);
        } catch (const Poco::Exception& e) {
            const FaultKind kind = dialect_->kindOf(e);
            if (Clock::now() >= deadline) throw;
            if (kind == FaultKind::conflict) {
                pauseAfterConflict();
                continue;
            }
            if (kind != FaultKind::lost || !wasIdle || !mayReplace) throw;
            mayReplace = false;
            forgetIdle();  // what ended one, as the server's restart, has most likely ended them all
        }
    }
}

void Database::lend(const Work& work, Clock::time_point deadline, After after, bool& wasIdle) {
    Lease lease(*this, deadline);
    wasIdle = lease.isOpen();
    Session& session = lease.session();
    SessionWatch::Turn turn(watch_, dialect_->socketOf(session), deadline);
    const auto wasSilent = [&] {
        if (!turn.end()) return false;
        if (wasIdle) forgetIdle();  // what lost one connection without a word has most likely lost them all
        return true;
    };
    try {
        if (!wasIdle) dialect_->setUp(session);
        work(session);
    } catch (const Error&) {  // a decision of `work`, no fault of the session
        if (!wasSilent() && after == After::keep) lease.keep();
        throw;
    } catch (const Poco::Exception& e) {
        if (wasSilent()) throw busy("the server did not answer in time; see database.timeout_ms");
        const FaultKind kind = dialect_->kindOf(e);
        if (kind == FaultKind::exhausted)
            throw busy(withShortage(e));  // before the session's end makes room for a while
        const bool isSound = kind == FaultKind::constraint || kind == FaultKind::conflict;
        if (isSound && after == After::keep) lease.keep();
        throw;
    }
    if (!turn.end() && after == After::keep) lease.keep();
}

// And answers one that nobody has needed for long, if there is one.
std::optional<Session> Database::takeBack(Session session) {
    const auto now = Clock::now();
    idle_.push_back({std::move(session), now});
    if (idle_.size() < 2 || now - idle_.front().since < idleLife_) return {};
    std::optional<Session> unused = std::move(idle_.front().session);
    idle_.erase(idle_.begin());
    --open_;
    return unused;
}

void Database::forgetIdle() {
    std::vector<Idle> forgotten;
    {
        const std::lock_guard lock(mutex_);
        forgotten.swap(idle_);
        idle_.reserve(std::size_t(maximum_));
        open_ -= int(forgotten.size());
    }
    sessionFree_.notify_all();
}

void Database::tellThoseWhoWait(const std::string& what) {
    {
        const std::lock_guard lock(mutex_);
        ++slowFailures_;
        slowFailure_ = what;
    }
    sessionFree_.notify_all();
}

}  // namespace aiproject
