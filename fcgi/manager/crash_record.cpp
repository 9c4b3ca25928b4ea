#include "manager/crash_record.h"

namespace aiproject {
namespace {

constexpr std::size_t kCrashes = 3;
constexpr std::chrono::minutes kMemory{10};

}  // namespace

bool CrashRecord::blame(int model, Clock::time_point now) {
    const std::string plugin = pluginOf(model);
    auto& times = crashes_[plugin];
    while (!times.empty() && now - times.front() > kMemory) times.pop_front();
    times.push_back(now);
    if (times.size() < kCrashes || board_.model(model).isQuarantined) return false;
    quarantine(plugin);
    return true;
}

void CrashRecord::quarantine(const std::string& plugin) {
    for (int index = 0; index < kMostModels; ++index) {
        ModelRow& row = board_.model(index);
        if (row.isTaken && plugin == row.plugin.data()) row.isQuarantined = true;
    }
}

void CrashRecord::pardon() {
    pardoned_ = std::move(crashes_);
    crashes_.clear();
    for (int index = 0; index < kMostModels; ++index) {
        ModelRow& row = board_.model(index);
        row.isQuarantined = false;
        row.failures = 0;
        row.openUntil = 0;
    }
}

void CrashRecord::takeBack() {
    for (const auto& [plugin, times] : pardoned_)
        if (times.size() >= kCrashes) quarantine(plugin);
    crashes_ = std::move(pardoned_);
    pardoned_.clear();
}

}  // namespace aiproject
