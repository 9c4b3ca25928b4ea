#include "auth/recent_users.h"

namespace aiproject {
namespace {

bool hasLimit(const User& user) {
    return user.tokens >= 0 || user.picTimes >= 0 || user.voiceSeconds >= 0 || user.money >= 0 || user.key.isLimited;
}

}  // namespace

void RecentUsers::keep(const std::string& by, const User& user) {
    if (!hasLimit(user)) return forget(by);
    User kept = user;
    kept.academy.clear();
    kept.email.clear();
    kept.created.clear();
    kept.isConfirmed = false;
    const std::lock_guard lock(mutex_);
    if (users_.size() >= kMost && users_.count(by) == 0) users_.clear();
    users_.insert_or_assign(by, std::move(kept));
}

std::optional<User> RecentUsers::find(const std::string& by) const {
    const std::lock_guard lock(mutex_);
    const auto known = users_.find(by);
    return known == users_.end() ? std::nullopt : std::optional(known->second);
}

void RecentUsers::forget(const std::string& by) {
    const std::lock_guard lock(mutex_);
    users_.erase(by);
}

}  // namespace aiproject
