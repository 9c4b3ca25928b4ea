#include "kit/child.h"

#include "host/plugin_trial.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace aiproject {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostWords = 64UL * 1024, kLongestLine = 32UL * 1024 * 1024;
constexpr const char* kDone = "done";

bool isOver = false;  // in the child: the work is done, and exit() is what is tried

[[noreturn]] void fail(const char* call) {
    throw std::system_error(errno, std::generic_category(), std::string("a process to try the plugin in: ") + call);
}

struct Pipe {
    FileDescriptor reading, writing;
};

Pipe newPipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe");
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

FileDescriptor moved(FileDescriptor from) {
    FileDescriptor high(fcntl(from.get(), F_DUPFD_CLOEXEC, kFirstOwnDescriptor));
    return high ? std::move(high) : std::move(from);  // a low limit of open files (ulimit -n)
}

// Those that end a program, which wait in a descriptor meanwhile.
class SignalsBlocked {
public:
    SignalsBlocked() {
        sigemptyset(&signals);
        for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, number);
        sigprocmask(SIG_BLOCK, &signals, &before_);
    }
    ~SignalsBlocked() { sigprocmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

    sigset_t signals{};

private:
    sigset_t before_{};
};

[[noreturn]] void workAndEnd(const ChildOrder& order, FileDescriptor telling, FileDescriptor words) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const pid_t self = getpid();
    const FileDescriptor nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
    dup2(nothing.get(), 0);
    dup2(words.get(), 1);
    dup2(words.get(), 2);
    // A plugin that calls exit() must not pass for one that is done.
    std::atexit([] {
        if (!isOver) _exit(EXIT_FAILURE);
    });
    Reporter reporter(moved(std::move(telling)));
    words = {};
    order.work(reporter);
    if (getpid() != self) _exit(EXIT_FAILURE);  // what it has forked
    isOver = true;
    if (order.runsExit) std::exit(EXIT_SUCCESS);
    reporter.tell(kDone);
    _exit(EXIT_SUCCESS);  // without destructors, which are the plugin's as well
}

// The parent's side of a child.
class Hearing {
public:
    Hearing(const ChildOrder& order, pid_t child, FileDescriptor told, FileDescriptor words)
        : order_(order),
          child_(child),
          process_(int(syscall(SYS_pidfd_open, child, 0))),
          told_(std::move(told)),
          words_(std::move(words)) {
        if (process_) return;
        const int fault = errno;
        kill(child_, SIGKILL);
        while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) continue;
        errno = fault;
        fail("pidfd_open");
    }

    ChildEnd toTheEnd(int signals) {
        const auto begin = Clock::now();
        bool isKilled = false;
        for (;;) {
            std::array<pollfd, 4> awaited{{{process_.get(), POLLIN, 0},
                                           {told_.get(), POLLIN, 0},
                                           {words_.get(), POLLIN, 0},
                                           {signals, POLLIN, 0}}};
            const int ready = poll(awaited.data(), awaited.size(), timeLeft(begin + order_.patience));
            if (ready < 0 && errno != EINTR) fail("poll");
            takeTold();
            takeWords();
            if (awaited[0].revents != 0) break;
            end_.isInterrupted |= awaited[3].revents != 0;
            if (!isKilled && (end_.isInterrupted || Clock::now() >= begin + order_.patience)) {
                isKilled = true;
                kill(child_, SIGKILL);
            }
        }
        return judged(isKilled);
    }

private:
    static int timeLeft(Clock::time_point until) {
        constexpr int look = 1'000;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        return int(std::clamp<std::int64_t>(left, 0, look));
    }

    // What is there, as far as that has an end: a plugin may write faster than this reads, and a process that it has
    // started may hold the other end for ever.
    static std::string readFrom(FileDescriptor& pipe) {
        constexpr std::size_t most = 1024UL * 1024;
        std::string all;
        std::array<char, 16'384> buffer{};
        ssize_t got = -1;
        while (pipe && all.size() < most && (got = ::read(pipe.get(), buffer.data(), buffer.size())) > 0)
            all.append(buffer.data(), std::size_t(got));
        if (got == 0) pipe = {};  // poll() would say so again and again
        return all;
    }

    void takeTold() {
        line_ += readFrom(told_);
        for (std::size_t end = 0; (end = line_.find('\n')) != std::string::npos; line_.erase(0, end + 1)) {
            const std::string line = line_.substr(0, end);
            isDone_ |= line == kDone;
            if (line != kDone && order_.hear) order_.hear(line);
        }
        if (line_.size() > kLongestLine) line_.clear();
    }

    void takeWords() {
        const std::string said = readFrom(words_);
        if (said.empty()) return;
        if (order_.read) order_.read(said);
        end_.words += said.substr(0, kMostWords - std::min(kMostWords, end_.words.size()));
    }

    ChildEnd judged(bool isKilled) {
        int status = 0;
        while (waitpid(child_, &status, 0) < 0 && errno == EINTR) continue;
        constexpr int mostBatches = 64;  // of what lies in the pipes
        for (int i = 0; i < mostBatches && told_; ++i) takeTold();
        takeWords();
        const bool isRight = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
        end_.isBack = isRight && (isDone_ || order_.runsExit);
        if (!end_.isBack) end_.verdict = verdictOn(status, isKilled, end_.words);
        return std::move(end_);
    }

    const ChildOrder& order_;
    const pid_t child_;
    const FileDescriptor process_;
    FileDescriptor told_, words_;
    std::string line_;
    bool isDone_ = false;
    ChildEnd end_;
};

}  // namespace

void Reporter::tell(const std::string& line) {
    const std::lock_guard lock(mutex_);
    const std::string all = line + "\n";
    for (std::size_t done = 0; done < all.size();) {
        const ssize_t got = ::write(pipe_.get(), all.data() + done, all.size() - done);
        if (got < 0 && errno != EINTR) _exit(EXIT_FAILURE);  // the plugin has closed it, or nobody listens
        if (got > 0) done += std::size_t(got);
    }
}

ChildEnd runChild(const ChildOrder& order) {
    Pipe told = newPipe(), words = newPipe();
    const SignalsBlocked blocked;  // for the child they stay so, as in a worker's threads
    const FileDescriptor ending(signalfd(-1, &blocked.signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!ending) fail("signalfd");
    const pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) workAndEnd(order, std::move(told.writing), std::move(words.writing));
    told.writing = {};
    words.writing = {};
    ChildEnd end = Hearing(order, child, std::move(told.reading), std::move(words.reading)).toTheEnd(ending.get());
    signalfd_siginfo taken{};
    while (::read(ending.get(), &taken, sizeof taken) > 0) continue;
    return end;
}

}  // namespace aiproject
