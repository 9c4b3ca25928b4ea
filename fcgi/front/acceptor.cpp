#include "front/acceptor.h"

#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace aiproject {
namespace {

constexpr int kLooks = 200, kBlindLooks = 2, kLookMs = 5;  // a second for one that says it has room
constexpr int kShortageMs = 50;                            // of descriptors or memory
constexpr int kAtOnce = 8;
constexpr int kLongestBacklog = 65'536;

}  // namespace

WorkerSignals::WorkerSignals() {
    sigset_t signals, hangUp;
    sigemptyset(&signals);
    for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2}) sigaddset(&signals, number);
    sigemptyset(&hangUp);
    sigaddset(&hangUp, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    pthread_sigmask(SIG_BLOCK, &hangUp, nullptr);
    descriptor_ = FileDescriptor(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!descriptor_) throw std::runtime_error("signalfd failed");
}

int WorkerSignals::take() const {
    signalfd_siginfo info{};
    return ::read(descriptor_.get(), &info, sizeof info) == sizeof info ? int(info.ssi_signo) : 0;
}

Acceptor::Acceptor(int listeningSocket, const WorkerSignals& signals)
    : listeningSocket_(listeningSocket), signals_(signals) {
    int isListening = 0;
    socklen_t size = sizeof isListening;
    if (getsockopt(listeningSocket, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &size) != 0 || !isListening)
        throw std::runtime_error(
            "standard input is no listening socket: a worker is started by `aiproject serve`, spawn-fcgi or systemd");
    // Shared with the other workers of the pool: one wake, several takers.
    fcntl(listeningSocket, F_SETFL, fcntl(listeningSocket, F_GETFL) | O_NONBLOCK);
    FCGX_Init();
}

int Acceptor::run(const Calls& calls) {
    pollfd watched[] = {{signals_.descriptor(), POLLIN, 0}, {listeningSocket_, POLLIN, 0}};
    for (;;) {
        if (poll(watched, 2, -1) < 0 && errno != EINTR) throw std::runtime_error("poll failed");
        const int signal = signals_.take();
        if (signal == SIGUSR1)
            calls.reopenLog();
        else if (signal != 0)
            return signal;
        if (!watched[1].revents || !isOurs(calls)) continue;
        // A few at a time: the other workers want some too.
        for (int i = 0; i < kAtOnce && acceptOne(calls); ++i) {
        }
    }
}

void Acceptor::takeRest(const Calls& calls) {
    for (int i = 0; i < kLongestBacklog && acceptOne(calls); ++i) {
    }
}

// False: there is none, for now.
bool Acceptor::acceptOne(const Calls& calls) {
    FileDescriptor connection(accept4(listeningSocket_, nullptr, nullptr, SOCK_CLOEXEC));
    if (connection) {
        calls.add(std::move(connection));
        return true;
    }
    const int reason = errno;
    if (reason == EMFILE || reason == ENFILE || reason == ENOBUFS || reason == ENOMEM)
        waitForSignal(kShortageMs);  // poll() would return at once for ever; running requests free some
    if (reason == EBADF || reason == EINVAL || reason == ENOTSOCK)
        throw std::runtime_error(std::string("the listening socket is gone: ") + std::strerror(reason));
    return false;
}

// While this worker is full, the others get what waits; but for a while only, since one that has room may be busy
// with something else, and not when they are full as well. The first looks do not ask: a worker that has just
// answered counts as busy for a moment more.
bool Acceptor::isOurs(const Calls& calls) const {
    pollfd listening{listeningSocket_, POLLIN, 0};
    for (int looks = 0; looks < kLooks && calls.isFull(); ++looks) {
        if (looks >= kBlindLooks && !calls.othersHaveRoom()) return true;
        waitForSignal(kLookMs);
        if (poll(&listening, 1, 0) <= 0) return false;
    }
    return true;
}

void Acceptor::close() {
    const FileDescriptor nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
    dup3(nothing.get(), listeningSocket_, O_CLOEXEC);
}

void Acceptor::waitForSignal(int milliseconds) const {
    pollfd signal{signals_.descriptor(), POLLIN, 0};
    poll(&signal, 1, milliseconds);
}

}  // namespace aiproject
