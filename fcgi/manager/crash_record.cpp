#include "manager/crash_record.h"

namespace aiproject {
namespace {

constexpr std::size_t kCrashes = 3;
constexpr std::chrono::minutes kCrashMemory{10};

}  // namespace

bool CrashRecord::blame(int model, int generation, Clock::time_point now) {
    const Culprit culprit{generation, pluginOf(model)};
    auto& times = crashes_[culprit];
    while (!times.empty() && now - times.front() > kCrashMemory) times.pop_front();
    times.push_back(now);
    return times.size() >= kCrashes && condemn(model, generation);
}

bool CrashRecord::condemn(int model, int generation) {
    if (board_.model(model).quarantinedIn == generation) return false;
    quarantine({generation, pluginOf(model)});
    return true;
}

void CrashRecord::quarantine(const Culprit& culprit) {
    for (int index = 0; index < kMostModels; ++index) {
        ModelRow& row = board_.model(index);
        if (row.isTaken && culprit.second == row.plugin.data()) row.quarantinedIn = culprit.first;
    }
}

}  // namespace aiproject
