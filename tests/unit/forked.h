// Another process of the pool: the test's own code after a fork(). It ends with the test, or before.
#pragma once

#include "support/eventually.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fcntl.h>
#include <signal.h>

#include <functional>

namespace aiproject::test {

class Forked {
public:
    static constexpr int kThrown = 99;  // its exit code when `work` throws

    // Runs `work` and then waits to be killed. What it says on standard error is not the test's.
    explicit Forked(const std::function<void()>& work) : pid_(fork()) {
        CPPUNIT_ASSERT(pid_ >= 0);
        if (pid_ > 0) return;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        const rlimit noCore{0, 0};
        setrlimit(RLIMIT_CORE, &noCore);
        dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
        try {
            work();
        } catch (...) {
            _exit(kThrown);  // or the child would go on as the test's runner
        }
        for (;;) pause();
    }
    ~Forked() {
        if (!isReaped_) kill();
    }
    Forked(const Forked&) = delete;
    Forked& operator=(const Forked&) = delete;

    pid_t pid() const { return pid_; }
    // Its status, as waitpid() says it.
    int wait() {
        int status = 0;
        isReaped_ = waitpid(pid_, &status, 0) == pid_;
        return status;
    }
    void kill() {
        ::kill(pid_, SIGKILL);
        wait();
    }

private:
    const pid_t pid_;
    bool isReaped_ = false;
};

}  // namespace aiproject::test
