#include "host/plugin_trial.h"

#include "base/file_descriptor.h"
#include "base/utf8.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace aiproject {
namespace {

constexpr char kCameBack = '.';
constexpr std::size_t kMostWords = 64UL * 1024, kLongestLine = 300;

[[noreturn]] void fail(const char* call) {
    throw NoTrial(std::string("plugins cannot be tried in a process of their own: ") + call + ": " +
                  std::strerror(errno));
}

// The reading and the writing end; neither ever blocks.
std::pair<FileDescriptor, FileDescriptor> newPipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) fail("pipe");
    return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

[[noreturn]] void workAndEnd(const std::function<void()>& work, int report, int words) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const pid_t self = getpid();
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int number : {0, 1}) dup2(nothing, number);
    dup2(words, 2);
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

// The line that says most: a sanitizer's verdict, else the first one with a letter in it.
std::string lineIn(const std::string& words) {
    std::string first;
    std::istringstream lines(words);
    for (std::string line; std::getline(lines, line);) {
        const auto letter = std::find_if(line.begin(), line.end(), [](unsigned char c) { return std::isalpha(c); });
        if (letter == line.end()) continue;
        const bool isVerdict =
            line.find("Sanitizer: ") != std::string::npos || line.find("runtime error: ") != std::string::npos;
        if (isVerdict || first.empty()) first = line;
        if (isVerdict) break;
    }
    return printable(first.substr(0, kLongestLine));
}

// What is there; the child is dead, but what it has started may hold the other end for ever.
std::string saidIn(int words) {
    std::string all(kMostWords, 0);
    std::size_t size = 0;
    for (ssize_t got = 0; size < all.size() && (got = read(words, &all[size], all.size() - size)) > 0;)
        size += std::size_t(got);
    all.resize(size);
    return all;
}

int reaped(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    return status;
}

}  // namespace

std::string verdictOn(int status, bool hadToBeKilled, const std::string& words) {
    const std::string line = lineIn(words), said = line.empty() ? "" : "; it said: " + line;
    if (hadToBeKilled) return "does not come back" + said;
    if (WIFSIGNALED(status)) return std::string("crashes (") + strsignal(WTERMSIG(status)) + ")" + said;
    return "ends the process" + said;
}

void tryInChild(const std::string& what, const std::function<void()>& work, std::chrono::milliseconds patience) {
    auto [report, reporting] = newPipe();  // a byte: the work came back
    auto [words, saying] = newPipe();      // its standard error; what is beyond the pipe's room is lost
    const pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) workAndEnd(work, reporting.get(), saying.get());
    saying = {};
    reporting = {};
    const bool hasEnded = endsInTime(child, patience);
    const int status = reaped(child);
    char byte = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS && read(report.get(), &byte, 1) == 1) return;
    throw std::runtime_error(what + " " + verdictOn(status, !hasEnded, saidIn(words.get())));
}

}  // namespace aiproject
