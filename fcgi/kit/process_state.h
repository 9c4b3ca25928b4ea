// What a process has once, and what is left in it after calls: looked at before and after a plugin has run.
#pragma once

#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/types.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace aiproject {

struct Leftovers {
    std::int64_t heapBytes = 0;      // that are in use
    std::int64_t residentBytes = 0;  // of memory that is no file's
    std::int64_t threads = 0;
    std::int64_t descriptors = 0;

    static Leftovers now();
};

// Of the calling thread.
class SignalMask {
public:
    static SignalMask now();
    bool operator!=(const SignalMask& other) const { return blocked_ != other.blocked_; }

private:
    std::array<bool, NSIG> blocked_{};
};

// Of the calling thread: nice() changes no other.
int niceNow();

struct StateChange {
    std::string what;
    bool isOfSignals = false;
};

class ProcessState {
public:
    // alarm() is the first.
    static constexpr std::array<int, 3> kTimers{ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF};

    static ProcessState now();
    // What is another now; a line each.
    std::vector<StateChange> changes() const;
    // The descriptors that were open and are closed, or another file, now.
    std::vector<std::string> missing() const;

private:
    std::string folder_, locale_;
    mode_t mask_ = 0;
    std::map<std::string, std::string> environment_;
    std::array<struct sigaction, NSIG> handlers_{};
    SignalMask blocked_;
    std::array<rlimit, RLIM_NLIMITS> limits_{};
    int rounding_ = 0, nice_ = 0;
    std::array<bool, kTimers.size()> runs_{};  // of kTimers
    std::map<int, std::pair<dev_t, ino_t>> descriptors_;
};

}  // namespace aiproject
