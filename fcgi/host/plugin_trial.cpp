#include "host/plugin_trial.h"

#include "base/file_descriptor.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace aiproject {
namespace {

constexpr char kCameBack = '.';

[[noreturn]] void fail(const char* call) {
    throw NoTrial(std::string("plugins cannot be tried in a process of their own: ") + call + ": " +
                  std::strerror(errno));
}

[[noreturn]] void workAndEnd(const std::function<void()>& work, int report) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const pid_t self = getpid();
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int number : {0, 1, 2}) dup2(nothing, number);  // its words and its core dump's are not ours
    // A plugin that calls exit() must not flush and destroy what is the parent's.
    std::atexit([] { _exit(EXIT_FAILURE); });
    try {
        work();
    } catch (...) {  // when it is done in earnest, it will say it
    }
    if (getpid() != self) _exit(EXIT_FAILURE);  // what it has forked
    [[maybe_unused]] const auto told = write(report, &kCameBack, 1);
    _exit(EXIT_SUCCESS);  // without destructors, which are the plugin's as well
}

// False: it had to be killed. Only the child itself counts: what it has started may hold its pipe for ever.
bool endsInTime(pid_t child, std::chrono::milliseconds patience) {
    const FileDescriptor process(int(syscall(SYS_pidfd_open, child, 0)));
    pollfd ended{process.get(), POLLIN, 0};
    int ready = 0;
    do ready = poll(&ended, 1, int(patience.count()));
    while (ready < 0 && errno == EINTR);
    if (ready > 0) return true;
    kill(child, SIGKILL);
    return false;
}

int reaped(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    return status;
}

}  // namespace

void tryInChild(const std::string& what, const std::function<void()>& work, std::chrono::milliseconds patience) {
    std::array<int, 2> pipe{};  // a byte: the work came back
    if (pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) fail("pipe");
    const FileDescriptor report(pipe[0]);
    FileDescriptor reporting(pipe[1]);
    const pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) workAndEnd(work, reporting.get());
    reporting = {};
    const bool hasEnded = endsInTime(child, patience);
    const int status = reaped(child);
    char byte = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS && read(report.get(), &byte, 1) == 1) return;
    if (!hasEnded) throw std::runtime_error(what + " does not come back");
    if (WIFSIGNALED(status)) throw std::runtime_error(what + " crashes (" + strsignal(WTERMSIG(status)) + ")");
    throw std::runtime_error(what + " ends the process");
}

}  // namespace aiproject
