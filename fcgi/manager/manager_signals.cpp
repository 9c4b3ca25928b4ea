#include "manager/manager_signals.h"

#include <signal.h>
#include <sys/signalfd.h>

#include <stdexcept>

namespace aiproject {

ManagerSignals::ManagerSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGCHLD, SIGHUP, SIGUSR1, SIGUSR2}) sigaddset(&signals, number);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    signal(SIGXFSZ, SIG_IGN);  // a log at its size limit (ulimit -f) is like a full disk; the workers inherit it
    descriptor_ = FileDescriptor(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!descriptor_) throw std::runtime_error("signalfd failed");
}

int ManagerSignals::take() const {
    signalfd_siginfo info{};
    return ::read(descriptor_.get(), &info, sizeof info) == sizeof info ? int(info.ssi_signo) : 0;
}

}  // namespace aiproject
