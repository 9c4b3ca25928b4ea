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

struct Permits::Room {
    int calls = 0;
    int ofUser = 0;
    int freeRow;  // the lowest
};

CallLimits callLimits(const LimitConfig& limits, const PoolConfig& pool) noexcept {
    return {pool.mostCalls(), limits.userCalls, limits.userCallsPerMinute};
}

std::uint64_t userAt(std::string_view address) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a: std::hash may differ between two builds
    for (const unsigned char byte : address) hash = (hash ^ byte) * 0x100000001b3;
    return hash | kNoAccount;
}

Permit::~Permit() {
    if (!hasEntered_) permits_.refund(row_.user);
    row_.owner = 0;
}

bool Permit::enter(int model, int limit) noexcept {
    row_.model = kNobody;
    if (limit > 0) {
        Board& board = permits_.board_;
        const auto held = board.hold();
        int calls = 0;
        for (int i = 0; i < board.callsEnd(); ++i) calls += board.call(i).owner != 0 && board.call(i).model == model;
        if (calls >= limit) return false;
        row_.model = model;
    }
    row_.model = model;
    hasEntered_ = true;
    return true;
}

Permit Permits::take(std::uint64_t user, std::int64_t now) {
    const std::int64_t nowInMicroseconds = now * 1'000;
    const auto held = board_.hold();
    UserRow& minute = minuteOf(user);
    const std::int64_t paidAt = std::max(minute.user == user ? minute.paidAt : 0, nowInMicroseconds);
    requireMinute(paidAt, nowInMicroseconds);
    const Room room = look(user);
    if (limits_.user > 0 && room.ofUser >= limits_.user)
        throw Error(ErrorKind::tooManyRequests, "limit.user_calls are in progress", "too many requests at once");
    if (room.calls >= limits_.pool) throw Error(ErrorKind::modelBusy, "pool.NAME.calls are in progress");
    if (limits_.userPerMinute > 0) {
        minute.user = user;
        minute.paidAt = paidAt + pricePerCall();
    }
    return {*this, claim(room.freeRow, user)};
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

Permits::Room Permits::look(std::uint64_t user) const noexcept {
    Room room;
    room.freeRow = board_.callsEnd();
    for (int i = board_.callsEnd() - 1; i >= 0; --i) {
        const CallRow& row = board_.call(i);
        if (row.owner == 0) {
            room.freeRow = i;
            continue;
        }
        ++room.calls;
        room.ofUser += row.user == user;
    }
    return room;
}

CallRow& Permits::claim(int index, std::uint64_t user) noexcept {
    // In this order: who dies in between has claimed nothing, or a row that removeWorker() finds.
    if (index == board_.callsEnd()) board_.extendCalls(index + 1);
    CallRow& row = board_.call(index);
    row.model = kNobody;
    row.user = user;
    row.overdueAt = 0;
    row.owner = worker_ + 1;
    return row;
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
