#include "auth/key_uses.h"

namespace aiproject {
namespace {

constexpr std::int64_t kBetweenTellingsMs = 60'000;

}  // namespace

void KeyUses::note(std::int64_t keyId, std::int64_t nowMs) {
    const std::lock_guard lock(mutex_);
    uses_[keyId].lastMs = nowMs;
}

std::vector<std::pair<std::int64_t, std::int64_t>> KeyUses::takeNews(std::int64_t nowMs) {
    std::vector<std::pair<std::int64_t, std::int64_t>> news;
    const std::lock_guard lock(mutex_);
    for (auto use = uses_.begin(); use != uses_.end();) {
        auto& [lastMs, toldMs] = use->second;
        const bool isTold = lastMs == toldMs, isDue = nowMs - toldMs >= kBetweenTellingsMs;
        if (!isTold && isDue) {
            news.reserve(uses_.size());
            news.emplace_back(use->first, lastMs);
            toldMs = lastMs;
        }
        // One that is silent for that long is told at once when it is used again.
        use = isTold && isDue ? uses_.erase(use) : std::next(use);
    }
    return news;
}

}  // namespace aiproject
