#include "host/plugin_trial.h"

#include "host/plugin_library.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "base/file_descriptor.h"

namespace aiproject {
namespace {

constexpr int kPatienceMs = 10'000;

[[noreturn]] void openAndEnd(const std::filesystem::path& file) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int number : {0, 1, 2}) dup2(nothing, number);  // its words and its core dump's are not ours
    try {
        const PluginLibrary library(file);
    } catch (const std::exception&) {  // the real opening will say it
    }
    _exit(EXIT_SUCCESS);  // without destructors, which are the plugin's as well
}

// False: it had to be killed.
bool endsInTime(pid_t child) {
    const FileDescriptor process(int(syscall(SYS_pidfd_open, child, 0)));
    pollfd ended{process.get(), POLLIN, 0};
    if (poll(&ended, 1, kPatienceMs) > 0) return true;
    kill(child, SIGKILL);
    return false;
}

}  // namespace

void tryPlugin(const std::filesystem::path& file) {
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error(std::string("fork: ") + std::strerror(errno));
    if (child == 0) openAndEnd(file);
    const bool hasEnded = endsInTime(child);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    const std::string prefix = "plugin " + file.string() + ": ";
    if (!hasEnded) throw std::runtime_error(prefix + "does not come back from being opened");
    if (WIFSIGNALED(status))
        throw std::runtime_error(prefix + "crashes while it is opened (" + strsignal(WTERMSIG(status)) +
                                 "); is the file whole?");
    if (WEXITSTATUS(status) != EXIT_SUCCESS) throw std::runtime_error(prefix + "ends the process while it is opened");
}

}  // namespace aiproject
