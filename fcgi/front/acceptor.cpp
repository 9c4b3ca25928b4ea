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

constexpr int kLooks = 10, kLookMs = 5;  // together long enough for a worker with a free thread
constexpr int kShortageMs = 50;          // of descriptors or memory

}  // namespace

StopSignals::StopSignals() {
    sigset_t signals, others;
    sigemptyset(&signals);
    for (const int number : {SIGTERM, SIGINT, SIGQUIT}) sigaddset(&signals, number);
    sigemptyset(&others);
    for (const int number : {SIGHUP, SIGUSR1}) sigaddset(&others, number);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    pthread_sigmask(SIG_BLOCK, &others, nullptr);
    descriptor_ = FileDescriptor(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!descriptor_) throw std::runtime_error("signalfd failed");
}

int StopSignals::take() const {
    signalfd_siginfo info{};
    return ::read(descriptor_.get(), &info, sizeof info) == sizeof info ? int(info.ssi_signo) : 0;
}

Acceptor::Acceptor(int listeningSocket, const StopSignals& signals)
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

int Acceptor::run(const std::function<void(FileDescriptor)>& add, const std::function<bool()>& isFull) {
    pollfd watched[] = {{signals_.descriptor(), POLLIN, 0}, {listeningSocket_, POLLIN, 0}};
    for (;;) {
        if (poll(watched, 2, -1) < 0 && errno != EINTR) throw std::runtime_error("poll failed");
        if (const int signal = signals_.take()) return signal;
        if (watched[1].revents && isOurs(isFull)) acceptAll(add);
    }
}

void Acceptor::acceptAll(const std::function<void(FileDescriptor)>& add) {
    // A few at a time: the other workers want some too.
    for (int i = 0; i < 8; ++i) {
        FileDescriptor connection(accept4(listeningSocket_, nullptr, nullptr, SOCK_CLOEXEC));
        if (connection)
            add(std::move(connection));
        else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            return waitForSignal(kShortageMs);  // poll() would return at once for ever; running requests free some
        else if (errno == EBADF || errno == EINVAL || errno == ENOTSOCK)
            throw std::runtime_error(std::string("the listening socket is gone: ") + std::strerror(errno));
        else
            return;
    }
}

// Whether what waits is for this worker: it has room, or no other worker of the pool has taken it.
bool Acceptor::isOurs(const std::function<bool()>& isFull) const {
    pollfd listening{listeningSocket_, POLLIN, 0};
    for (int i = 0; i < kLooks && isFull(); ++i) {
        waitForSignal(kLookMs);
        if (poll(&listening, 1, 0) <= 0) return false;
    }
    return true;
}

void Acceptor::waitForSignal(int milliseconds) const {
    pollfd signal{signals_.descriptor(), POLLIN, 0};
    poll(&signal, 1, milliseconds);
}

}  // namespace aiproject
