#include "pool/permits.h"

#include "base/error.h"

#include <algorithm>
#include <string>

namespace aiproject {
namespace {

constexpr std::int64_t kMicrosecondsPerMinute = 60'000'000;
constexpr int kWays = 8;  // rows in which a user can stand
constexpr std::uint64_t kNoAccount = 1ULL << 63;

}  // namespace

CallLimits callLimits(const LimitConfig& limits, const PoolConfig& pool) noexcept {
    return {pool.mostCalls(), limits.userCalls, limits.userCallsPerMinute};
}

std::uint64_t userAt(std::string_view address) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a: std::hash may differ between two builds
    for (const unsigned char byte : address) hash = (hash ^ byte) * 0x100000001b3;
    return hash | kNoAccount;
}

Permit::~Permit() {
    if (!hasEntered_) permits_.refund(row().user);
    leaveModel();
    --worker().calls;
    --worker().callsOfUsers.at(row().user % kUserCounts);
    row().owner = 0;
    permits_.board_.freed(row_);
}

CallRow& Permit::row() const noexcept { return permits_.board_.call(row_); }

WorkerRow& Permit::worker() const noexcept { return permits_.board_.worker(permits_.worker_); }

void Permit::tellUser(std::string_view name) const noexcept {
    std::array<char, 64>& text = row().userName;
    text.fill(0);
    name.copy(text.data(), text.size() - 1);
}

void Permit::leaveModel() noexcept {
    const int model = row().model;
    row().model = kNobody;
    if (model != kNobody) --worker().callsOf.at(model);
}

bool Permit::enter(int model, int limit) noexcept {
    leaveModel();
    if (limit > 0) {
        const auto held = permits_.board_.hold();
        if (permits_.board_.callsOf(model) >= limit) return false;
        ++worker().callsOf.at(model);
    } else {
        ++worker().callsOf.at(model);
    }
    row().model = model;
    setState(CallState::asked);
    hasEntered_ = true;
    return true;
}

Permit Permits::take(std::uint64_t user, std::int64_t now) {
    const std::int64_t nowInMicroseconds = now * 1'000;
    const auto held = board_.hold();
    UserRow& minute = minuteOf(user);
    const std::int64_t paidAt = std::max(minute.user == user ? minute.paidAt : 0, nowInMicroseconds);
    requireMinute(paidAt, nowInMicroseconds);
    if (limits_.user > 0 && isAtUserLimit(user))
        throw Error(ErrorKind::tooManyRequests, "limit.user_calls are in progress", "too many requests at once");
    const int freeRow = board_.firstFreeCall();
    if (calls() >= limits_.pool || freeRow == kMostCalls)
        throw Error(ErrorKind::modelBusy, "pool.NAME.calls are in progress");
    if (limits_.userPerMinute > 0) {
        minute.user = user;
        minute.paidAt = paidAt + pricePerCall();
    }
    claim(freeRow, user);
    return {*this, freeRow};
}

// A call costs its share of a minute; so much is lent that the limit fits in at once.
void Permits::requireMinute(std::int64_t paidAt, std::int64_t now) const {
    const std::int64_t lent = (limits_.userPerMinute - 1) * pricePerCall();
    if (limits_.userPerMinute == 0 || paidAt - now <= lent) return;
    const std::int64_t wait = paidAt - now - lent;
    throw Error(ErrorKind::tooManyRequests, "limit.user_calls_per_minute", {}, int((wait + 999'999) / 1'000'000));
}

std::int64_t Permits::pricePerCall() const noexcept {
    const int limit = std::max(limits_.userPerMinute, 1);
    return (kMicrosecondsPerMinute + limit - 1) / limit;  // rounded up: never more than the limit
}

int Permits::calls() const noexcept {
    int sum = 0;
    for (int i = 0; i < board_.callersEnd(); ++i) sum += board_.worker(i).calls;
    return sum;
}

// Users are too many for a number each: only where those who share one have as many as the limit, all rows are read.
bool Permits::isAtUserLimit(std::uint64_t user) const noexcept {
    int most = 0;
    for (int i = 0; i < board_.callersEnd(); ++i) most += board_.worker(i).callsOfUsers.at(user % kUserCounts);
    if (most < limits_.user) return false;
    int his = 0;
    for (int i = 0; i < board_.callsEnd(); ++i) his += board_.call(i).user == user && board_.call(i).owner != 0;
    return his >= limits_.user;
}

void Permits::claim(int index, std::uint64_t user) noexcept {
    // Whoever dies in between has claimed what removeWorker() finds.
    if (index == board_.callsEnd()) board_.extendCalls(index + 1);
    if (worker_ >= board_.callersEnd()) board_.extendCallers(worker_ + 1);
    ++board_.worker(worker_).calls;
    ++board_.worker(worker_).callsOfUsers.at(user % kUserCounts);
    CallRow& row = board_.call(index);
    row.model = kNobody;
    row.user = user;
    row.overdueAt = 0;
    row.isFollowed = 0;
    row.state = CallState::opening;
    row.since = Board::milliseconds();
    row.userName.fill(0);
    row.owner = worker_ + 1;
}

// His, or else the one that time paid for first: empty, most likely.
UserRow& Permits::minuteOf(std::uint64_t user) const noexcept {
    UserRow* const rows = &board_.user(int(user % (kMostUsers / kWays)) * kWays);
    UserRow* const his = std::find_if(rows, rows + kWays, [&](const UserRow& row) { return row.user == user; });
    if (his != rows + kWays) return *his;
    return *std::min_element(rows, rows + kWays,
                             [](const UserRow& one, const UserRow& other) { return one.paidAt < other.paidAt; });
}

void Permits::refund(std::uint64_t user) noexcept {
    if (limits_.userPerMinute == 0) return;
    const auto held = board_.hold();
    UserRow& minute = minuteOf(user);
    if (minute.user == user) minute.paidAt -= pricePerCall();
}

}  // namespace aiproject
