#include "commands/lower_priority.h"

#include "base/file_descriptor.h"
#include "observe/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>

namespace aiproject {
namespace {

constexpr const char* kAutogroup = "/proc/self/autogroup";
// Linux lets unprivileged processes, all together, write to it once in a tenth of a second.
constexpr std::chrono::milliseconds kPause{110};
constexpr int kTries = 20;

// 0, or why not.
int setSessionNiceness(int niceness) {
    const FileDescriptor file(open(kAutogroup, O_WRONLY | O_CLOEXEC));
    if (!file) return errno == ENOENT ? 0 : errno;  // no such grouping
    const std::string text = std::to_string(niceness);
    for (int tries = 1; write(file.get(), text.data(), text.size()) < 0; ++tries) {
        if (errno != EAGAIN || tries == kTries) return errno;
        std::this_thread::sleep_for(kPause);
    }
    return 0;
}

}  // namespace

void lowerPriority(int niceness, Log& log) {
    if (niceness == 0) return;
    errno = 0;
    if (nice(niceness) == -1 && errno != 0)
        log.warning(std::string("pool.NAME.nice has no effect: ") + std::strerror(errno));
    if (getsid(0) != getpid()) return;
    if (const int reason = setSessionNiceness(niceness))
        log.warning("pool.NAME.nice has no effect on other sessions: " + std::string(kAutogroup) + ": " +
                    std::strerror(reason) + "; make it writable, or set kernel.sched_autogroup_enabled=0");
}

}  // namespace aiproject
