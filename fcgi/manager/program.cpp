#include "manager/program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace aiproject {
namespace {

// What exec takes, made before the fork.
class ExecTexts {
public:
    explicit ExecTexts(const Program& program) {
        arguments_.push_back(text(program.path));
        for (const auto& argument : program.arguments) arguments_.push_back(text(argument));
        for (const auto& variable : program.environment) environment_.push_back(text(variable));
        for (char** inherited = environ; *inherited; ++inherited)
            if (!isReplaced(*inherited, program)) environment_.push_back(*inherited);
        arguments_.push_back(nullptr);
        environment_.push_back(nullptr);
    }

    char* const* arguments() const { return arguments_.data(); }
    char* const* environment() const { return environment_.data(); }

private:
    static char* text(const std::string& text) { return const_cast<char*>(text.c_str()); }
    static bool isReplaced(const std::string& inherited, const Program& program) {
        const std::string name = inherited.substr(0, inherited.find('=') + 1);
        if (program.withheld.count(inherited.substr(0, inherited.find('='))) > 0) return true;
        return std::any_of(program.environment.begin(), program.environment.end(),
                           [&](const std::string& ours) { return ours.compare(0, name.size(), name) == 0; });
    }

    std::vector<char*> arguments_, environment_;
};

// It stays open in what exec starts, also when it has had that number all along.
bool place(int descriptor, int number) {
    return descriptor == number ? fcntl(number, F_SETFD, 0) == 0 : dup2(descriptor, number) == number;
}

void execute(const Program& program, const ExecTexts& texts) {
    if (program.image)
        fexecve(program.image->get(), texts.arguments(), texts.environment());
    else
        execve(program.path.c_str(), texts.arguments(), texts.environment());
}

std::shared_ptr<const FileDescriptor> opened(const std::string& path) {
    auto image = std::make_shared<const FileDescriptor>(open(path.c_str(), O_PATH | O_CLOEXEC));
    if (!*image) throw std::runtime_error(path + ": cannot be opened: " + std::strerror(errno));
    return image;
}

// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void becomeChild(const Program& program, const ExecTexts& texts, int input, int output) {
    // The manager's own handlers (libfcgi has one for SIGTERM) would take what is sent before exec.
    for (const int number : {SIGTERM, SIGINT, SIGQUIT}) signal(number, SIG_DFL);
    // A worker that is not yet ready for these must not die of them.
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigaddset(&blocked, SIGUSR2);
    sigprocmask(SIG_SETMASK, &blocked, nullptr);
    // Out of the manager's process group: what a terminal sends to all is for the manager.
    program.hasOwnSession ? setsid() : setpgid(0, 0);
    bool isReady = place(input, 0);
    if (output >= 0) isReady = isReady && place(output, 1) && place(output, 2);
    for (const int descriptor : program.descriptors) isReady = isReady && fcntl(descriptor, F_SETFD, 0) == 0;
    if (isReady) execute(program, texts);
    _exit(127);
}

}  // namespace

pid_t startProcess(const Program& program, int input, int output) {
    const ExecTexts texts(program);
    const pid_t manager = getpid();
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error(std::string("no process can be started: ") + std::strerror(errno));
    if (child > 0) return child;
    prctl(PR_SET_PDEATHSIG, SIGTERM);  // a child does not outlive its manager
    if (getppid() != manager) _exit(0);
    becomeChild(program, texts, input, output);
}

void become(const Program& program) {
    const ExecTexts texts(program);
    for (const int descriptor : program.descriptors) fcntl(descriptor, F_SETFD, 0);
    execute(program, texts);
    const int fault = errno;
    for (const int descriptor : program.descriptors) fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    errno = fault;
}

std::shared_ptr<const FileDescriptor> imageAt(const std::string& path) { return opened(path); }

std::shared_ptr<const FileDescriptor> ownImage() { return opened("/proc/self/exe"); }

bool isSameFile(const FileDescriptor& one, const FileDescriptor& other) {
    struct stat first {
    }, second{};
    return fstat(one.get(), &first) == 0 && fstat(other.get(), &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

std::string endOf(int status) {
    if (WIFSIGNALED(status)) return std::string("by signal ") + strsignal(WTERMSIG(status));
    return "with exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace aiproject
