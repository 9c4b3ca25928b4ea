#include "support/child_process.h"

#include "support/eventually.h"
#include "support/temp_dir.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace aiproject::test {
namespace {

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error(error, std::generic_category(), what);
}

// What the child needs, made before the fork: between fork and exec nothing may allocate.
struct Start {
    explicit Start(const Command& command) : parent(getpid()), texts{command.program} {
        texts.insert(texts.end(), command.arguments.begin(), command.arguments.end());
        const std::size_t argumentCount = texts.size();
        for (char** variable = environ; *variable; ++variable) {
            const std::string text(*variable);
            if (!command.environment.count(text.substr(0, text.find('=')))) texts.push_back(text);
        }
        for (const auto& [name, value] : command.environment) texts.push_back(name + "=" + value);
        for (std::size_t i = 0; i < texts.size(); ++i)
            (i < argumentCount ? arguments : environment).push_back(texts[i].data());
        arguments.push_back(nullptr);
        environment.push_back(nullptr);
    }

    pid_t parent;
    std::vector<std::string> texts;
    std::vector<char*> arguments, environment;
};

int openInput(const Command& command) {
    const int input = command.standardInput >= 0 ? fcntl(command.standardInput, F_DUPFD_CLOEXEC, 3)
                                                 : open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (input < 0) fail(errno, "standard input of " + command.program);
    return input;
}

int openOutput(const Command& command) {
    if (command.output.empty()) return -1;
    const int output = open(command.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (output < 0) fail(errno, command.output);
    return output;
}

[[noreturn]] void becomeProgram(const Start& start, int input, int output, int report) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    // SIGTERM, because nginx and the manager end their own children then.
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != start.parent) _exit(127);
    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    dup2(input, STDIN_FILENO);
    if (output >= 0) {
        dup2(output, STDOUT_FILENO);
        dup2(output, STDERR_FILENO);
    }
    execvpe(start.arguments.front(), start.arguments.data(), start.environment.data());
    const int error = errno;
    [[maybe_unused]] const auto told = write(report, &error, sizeof error);
    _exit(127);
}

int asShell(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

}  // namespace

ChildProcess::ChildProcess(const Command& command) {
    const Start start(command);
    std::array<int, 2> report{};  // carries errno when exec fails, and just ends when it succeeds
    const int input = openInput(command), output = openOutput(command);
    if (pipe2(report.data(), O_CLOEXEC) != 0) fail(errno, "pipe");
    pid_ = fork();
    if (pid_ == 0) becomeProgram(start, input, output, report[1]);
    const int forkError = errno;
    close(input);
    if (output >= 0) close(output);
    close(report[1]);
    int execError = 0;
    const bool execFailed = pid_ > 0 && read(report[0], &execError, sizeof execError) == ssize_t(sizeof execError);
    close(report[0]);
    if (pid_ < 0) fail(forkError, "fork");
    if (execFailed) {
        waitpid(pid_, nullptr, 0);
        fail(execError, command.program);
    }
}

ChildProcess::~ChildProcess() { terminate(); }

bool ChildProcess::isRunning() {
    int status = 0;
    if (!exitCode_ && waitpid(pid_, &status, WNOHANG) == pid_) exitCode_ = asShell(status);
    return !exitCode_;
}

void ChildProcess::signal(int number) {
    if (isRunning()) kill(pid_, number);
}

std::optional<int> ChildProcess::wait(std::chrono::milliseconds limit) {
    eventually([this] { return !isRunning(); }, limit);
    return exitCode_;
}

int ChildProcess::terminate(std::chrono::milliseconds limit) {
    signal(SIGTERM);
    if (!wait(limit)) {
        signal(SIGKILL);
        wait();
    }
    return exitCode_.value_or(-1);
}

Finished runToEnd(Command command, std::chrono::milliseconds limit) {
    const TempDir folder;
    command.output = folder.file("output");
    ChildProcess child(command);
    const std::optional<int> code = child.wait(limit);
    const std::string output = readFile(command.output);
    CPPUNIT_ASSERT_MESSAGE(command.program + " does not end: " + output, code.has_value());
    return {*code, output};
}

}  // namespace aiproject::test
