#include "manager/worker_slot.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace aiproject {
namespace {

constexpr std::chrono::seconds kYoung{10};
constexpr std::chrono::milliseconds kFirstPause{100}, kLongestPause{30'000};

// What exec takes, made before the fork.
class ExecTexts {
public:
    explicit ExecTexts(const WorkerProgram& program) {
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
    static bool isReplaced(const std::string& inherited, const WorkerProgram& program) {
        const std::string name = inherited.substr(0, inherited.find('=') + 1);
        return std::any_of(program.environment.begin(), program.environment.end(),
                           [&](const std::string& ours) { return ours.compare(0, name.size(), name) == 0; });
    }

    std::vector<char*> arguments_, environment_;
};

// Descriptor 0 stays open in what exec starts, also when the socket has had that number all along.
bool placeAtZero(int listeningSocket) {
    return listeningSocket == 0 ? fcntl(0, F_SETFD, 0) == 0 : dup2(listeningSocket, 0) == 0;
}

// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become(const char* program, const ExecTexts& texts, int listeningSocket, pid_t manager) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    prctl(PR_SET_PDEATHSIG, SIGTERM);  // a worker does not outlive its manager
    if (getppid() != manager) _exit(0);
    if (placeAtZero(listeningSocket)) execve(program, texts.arguments(), texts.environment());
    _exit(127);
}

}  // namespace

void WorkerSlot::start() {
    const ExecTexts texts(program_);
    const pid_t manager = getpid();
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error(std::string("a worker cannot be started: ") + std::strerror(errno));
    if (child == 0) become(program_.path.c_str(), texts, listeningSocket_, manager);
    pid_ = child;
    startedAt_ = Clock::now();
}

void WorkerSlot::signal(int number) const {
    if (pid_ > 0) kill(pid_, number);
}

std::chrono::milliseconds WorkerSlot::ended() {
    const bool diedYoung = pid_ == 0 || Clock::now() - startedAt_ < kYoung;  // 0: it was not even born
    pid_ = 0;
    youngDeaths_ = diedYoung ? youngDeaths_ + 1 : 0;
    const auto pause = std::min(kLongestPause, kFirstPause * (1 << std::min(youngDeaths_, 10)));
    startAt_ = Clock::now() + pause;
    return pause;
}

}  // namespace aiproject
