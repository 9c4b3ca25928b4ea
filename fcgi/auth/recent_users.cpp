#include "auth/recent_users.h"

namespace aiproject {

void RecentUsers::keep(const User& user) {
    if (user.tokens < 0 && user.picTimes < 0 && user.voiceSeconds < 0) return forget(user.name);
    User kept = user;
    kept.academy.clear();
    kept.email.clear();
    kept.created.clear();
    kept.isConfirmed = false;
    const std::lock_guard lock(mutex_);
    if (users_.size() >= kMost && users_.count(user.name) == 0) users_.clear();
    users_.insert_or_assign(user.name, std::move(kept));
}

std::optional<User> RecentUsers::find(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto known = users_.find(name);
    return known == users_.end() ? std::nullopt : std::optional(known->second);
}

void RecentUsers::forget(const std::string& name) {
    const std::lock_guard lock(mutex_);
    users_.erase(name);
}

}  // namespace aiproject
