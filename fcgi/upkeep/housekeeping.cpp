#include "upkeep/housekeeping.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "auth/browser_sessions.h"
#include "base/error.h"
#include "base/unix_time.h"

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Statement;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::limit;
using Poco::Data::Keywords::now;

namespace {

constexpr std::size_t kBatch = 16;
constexpr std::chrono::seconds kLongestRound{1};  // of settling: the other tasks are due too
constexpr std::int64_t kDayMs = 86'400'000;

// Binds that id of each of `owners`, of which there are kBatch at most; the last one fills the places that are left.
void bindIds(Statement& select, const std::vector<CallOwner>& owners, std::int64_t CallOwner::*id) {
    for (std::size_t i = 0; i < kBatch; ++i) select, bind(owners[std::min(i, owners.size() - 1)].*id);
}

void addAll(Statement& select, const CallOwner& row, std::set<CallOwner>& good) {
    while (!select.done())
        if (select.execute() > 0) good.insert(row);
}

// Those of `owners` (at most kBatch) whose uuid is still good.
void addGoodUsers(Session& session, const std::vector<CallOwner>& owners, std::set<CallOwner>& good) {
    CallOwner user;
    Statement select(session);
    select << "SELECT id, epoch FROM users WHERE disabled = 0"
              " AND id IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        into(user.user), into(user.epoch), limit(1);
    bindIds(select, owners, &CallOwner::user);
    addAll(select, user, good);
}

// The same of API keys.
void addGoodKeys(Session& session, const std::vector<CallOwner>& owners, std::set<CallOwner>& good) {
    CallOwner key;
    Statement select(session);
    select << "SELECT users.id, api_keys.id FROM api_keys JOIN users ON users.id = api_keys.user_id"
              " WHERE disabled = 0 AND revoked_ms = 0 AND (ends_ms = 0 OR ends_ms > ?)"
              " AND api_keys.id IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        into(key.user), into(key.key), bind(unixMilliseconds()), limit(1);
    bindIds(select, owners, &CallOwner::key);
    addAll(select, key, good);
}

std::set<CallOwner> goodOf(Session& session, const std::vector<CallOwner>& owners) {
    std::set<CallOwner> good;
    const auto hasKey = [](const CallOwner& owner) { return owner.key != 0; };
    if (!std::all_of(owners.begin(), owners.end(), hasKey)) addGoodUsers(session, owners, good);
    if (std::any_of(owners.begin(), owners.end(), hasKey)) addGoodKeys(session, owners, good);
    return good;
}

// About a thousand rows from before `limitMs`; true: there are more.
bool removeOldAudit(Session& session, std::int64_t limitMs) {
    std::int64_t lastMs = -1;
    session << "SELECT at_ms FROM audit WHERE at_ms < ? ORDER BY at_ms LIMIT 1 OFFSET 999", bind(limitMs), into(lastMs),
        now;
    session << "DELETE FROM audit WHERE at_ms <= ?", bind(lastMs < 0 ? limitMs - 1 : lastMs), now;
    return lastMs >= 0;
}

bool removeOldAttempts(Session& session, std::int64_t limitMs, std::int64_t nowMs) {
    std::int64_t lastMs = -1;
    session << "SELECT last_ms FROM login_attempts WHERE last_ms < ? AND blocked_ms < ?"
               " ORDER BY last_ms LIMIT 1 OFFSET 999",
        bind(limitMs), bind(nowMs), into(lastMs), now;
    session << "DELETE FROM login_attempts WHERE last_ms <= ? AND blocked_ms < ?",
        bind(lastMs < 0 ? limitMs - 1 : lastMs), bind(nowMs), now;
    return lastMs >= 0;
}

}  // namespace

Housekeeping::Housekeeping(Database& database, Billing& billing, const Config& config, RunningCalls calls, Log& log,
                           const HousekeepingTimes& times)
    : database_(database), calls_(std::move(calls)), log_(log), auditKeepDays_(config.auth.auditKeepDays) {
    const auto settle = [this, &billing] {
        const auto end = Clock::now() + kLongestRound;
        billing.retry([this, end] { return Clock::now() < end && !isEnding(); });
    };
    tasks_ = {
        {"settling what waits", times.retry, times.retry, settle},
        {"keeping reservations", times.holds, std::min(times.holds, times.retry), [&billing] { billing.keepHolds(); }},
        {"looking for disabled users", times.watch, times.watch, [this] { endCallsOfTheRefused(); }},
        {"noting when keys were used", times.keyUses, times.keyUses,
         [this] {
             if (calls_.saveKeyUses) calls_.saveKeyUses();
         }},
        {"removing old rows", times.clean, times.clean, [this] { clean(); }}};
    for (Task& task : tasks_) task.due = Clock::now() + std::min<Clock::duration>(task.period, std::chrono::minutes(1));
    thread_ = std::thread([this] { run(); });
}

Housekeeping::~Housekeeping() {
    {
        const std::lock_guard lock(mutex_);
        isEnding_ = true;
    }
    ends_.notify_all();
    thread_.join();
}

void Housekeeping::run() {
    const auto isSooner = [](const Task& one, const Task& other) { return one.due < other.due; };
    std::unique_lock lock(mutex_);
    for (;;) {
        Task& next = *std::min_element(tasks_.begin(), tasks_.end(), isSooner);
        if (ends_.wait_until(lock, next.due, [this] { return isEnding_; })) return;
        lock.unlock();
        attempt(next);
        next.due = Clock::now() + (next.isFailing ? next.periodOfFailure : next.period);
        lock.lock();
    }
}

bool Housekeeping::isEnding() {
    const std::lock_guard lock(mutex_);
    return isEnding_;
}

void Housekeeping::attempt(Task& task) {
    try {
        task.work();
        if (std::exchange(task.isFailing, false)) log_.info("housekeeping: " + task.name + " works again");
    } catch (...) {
        if (!std::exchange(task.isFailing, true)) log_.error("housekeeping: " + task.name + ": " + describeCurrent());
    }
}

void Housekeeping::endCallsOfTheRefused() {
    const std::vector<CallOwner> owners = calls_.owners();
    for (std::size_t begin = 0; begin < owners.size(); begin += kBatch) {
        const auto end = std::min(begin + kBatch, owners.size());
        const std::vector<CallOwner> some(owners.begin() + std::ptrdiff_t(begin), owners.begin() + std::ptrdiff_t(end));
        std::set<CallOwner> good;
        database_.read([&](Session& session) { good = goodOf(session, some); });
        for (const CallOwner& owner : some) {
            if (good.count(owner) > 0) continue;
            const std::string key = owner.key == 0 ? "" : " with key " + std::to_string(owner.key);
            log_.info("housekeeping: user " + std::to_string(owner.user) + key +
                      " may no longer call; ending the calls");
            calls_.end(owner);
        }
    }
}

void Housekeeping::clean() {
    const std::int64_t nowMs = unixMilliseconds();
    // Each portion in a transaction of its own: a year's rows in one take longer than any statement may.
    const auto inPortions = [&](const auto& removeSome) {
        for (bool areMore = true; areMore && !isEnding();)
            database_.write([&](Session& session) { areMore = removeSome(session); });
    };
    if (auditKeepDays_ > 0)
        inPortions([&](Session& session) { return removeOldAudit(session, nowMs - auditKeepDays_ * kDayMs); });
    inPortions([&](Session& session) { return removeOldAttempts(session, nowMs - kDayMs, nowMs); });
    database_.write([&](Session& session) { BrowserSessions::removeOld(session, nowMs); });  // some per user at most
}

}  // namespace aiproject
