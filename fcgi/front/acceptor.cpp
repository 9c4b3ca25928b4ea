#include "front/acceptor.h"

#include "front/listener.h"

#include <fcgiapp.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include <cerrno>
#include <stdexcept>

namespace aiproject {
namespace {

constexpr int kLooks = 200, kBlindLooks = 2, kLookMs = 5;  // a second for one that says it has room
constexpr int kAtOnce = 8, kAtOnceWhenAllAreFull = 64;
constexpr int kLookAgainMs = 1000;
constexpr int kLongestBacklog = 65'536;
constexpr std::chrono::milliseconds kBetweenBeats{500};

}  // namespace

WorkerSignals::WorkerSignals() {
    sigset_t signals, hangUp;
    sigemptyset(&signals);
    for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2}) sigaddset(&signals, number);
    sigemptyset(&hangUp);
    sigaddset(&hangUp, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    pthread_sigmask(SIG_BLOCK, &hangUp, nullptr);
    signal(SIGXFSZ, SIG_IGN);  // a log at its size limit (ulimit -f) is like a full disk
    descriptor_ = FileDescriptor(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!descriptor_) throw std::runtime_error("signalfd failed");
    own_.emplace("the descriptor of its signals", descriptor_.get());
}

int WorkerSignals::take() const {
    signalfd_siginfo info{};
    const ssize_t got = ::read(descriptor_.get(), &info, sizeof info);
    if (got < 0 && errno != EAGAIN && errno != EINTR) endProcess("read of the signals", errno);
    return got == sizeof info ? int(info.ssi_signo) : 0;
}

Acceptor::Acceptor(Listener& listener, const WorkerSignals& signals) : listener_(listener), signals_(signals) {
    FCGX_Init();
}

int Acceptor::run(const Calls& calls) {
    listener_.join();
    for (;;) {
        const short wanted = calls.isFull() ? POLLIN : 0;  // else the threads see to it
        pollfd watched[] = {
            {signals_.descriptor(), POLLIN, 0}, {calls.fullness, POLLIN, 0}, {listener_.socket(), wanted, 0}};
        const int events = poll(watched, 3, kLookAgainMs);
        if (events < 0 && errno != EINTR) endProcess("poll", errno);
        for (const pollfd& one : watched)
            if (one.revents & POLLNVAL) endProcess("poll", EBADF);
        beat(calls);
        if (events == 0) {
            areAllFull_ = false;  // long ago
            wakeForForgotten(calls);
        }
        eventfd_t times = 0;
        if (watched[1].revents && eventfd_read(calls.fullness, &times) != 0 && errno != EAGAIN)
            endProcess("eventfd_read", errno);
        const int signal = signals_.take();
        if (signal == SIGUSR1)
            calls.reopenLog();
        else if (signal != 0)
            return leave(calls, signal), signal;
        if (watched[2].revents & ~POLLIN) endProcess("accept", EINVAL);  // as it says of one that was shut down
        if (watched[2].revents && isOurs(calls)) acceptSome(calls);
    }
}

// Somebody waits who has not been tried since the last beat: there is none.
void Acceptor::beat(const Calls& calls) {
    const auto now = std::chrono::steady_clock::now();
    if (!calls.beat || now < nextBeat_) return;
    nextBeat_ = now + kBetweenBeats;
    OwnDescriptor::requireAll();
    const std::uint64_t tries = listener_.tries();
    if (!hasWaiting() || tries != triesAtBeat_) calls.beat();
    triesAtBeat_ = tries;
}

bool Acceptor::hasWaiting() const {
    pollfd listening{listener_.socket(), POLLIN, 0};
    return poll(&listening, 1, 0) > 0 && (listening.revents & POLLIN);
}

// A connection wakes one process, which may have been unable to take it: out of descriptors, stopped, killed just then.
void Acceptor::wakeForForgotten(const Calls& calls) const {
    if (hasWaiting() && !calls.isFull()) listener_.ring();
}

// For what one of the threads may have been woken for, no other process was. At SIGQUIT nobody here would serve it; the
// other processes look again by themselves.
void Acceptor::leave(const Calls& calls, int signal) {
    const bool wasFull = calls.isFull();
    listener_.leave();
    if (signal != SIGQUIT && !(wasFull && calls.isFull())) takeRest(calls);
}

// A few at a time: the other workers want some too. What nobody has room for must reach the queue, which refuses it,
// as fast as it comes.
void Acceptor::acceptSome(const Calls& calls) {
    const int most = areAllFull_ ? kAtOnceWhenAllAreFull : kAtOnce;
    for (int i = 0; i < most && acceptOne(calls); ++i) {
    }
}

void Acceptor::takeRest(const Calls& calls) {
    for (int i = 0; i < kLongestBacklog && acceptOne(calls); ++i) {
    }
}

// False: there is none, for now.
bool Acceptor::acceptOne(const Calls& calls) {
    FileDescriptor connection = listener_.accept();
    if (!connection) return false;
    calls.add(std::move(connection));
    return true;
}

// While this worker is full, the others get what waits; but for a while only, since one that has room may be busy
// with something else, and not when they are full as well. The first looks do not ask: a worker that has just
// answered counts as busy for a moment more; but under a load that fills all of them, that moment has been waited for.
bool Acceptor::isOurs(const Calls& calls) {
    pollfd listening{listener_.socket(), POLLIN, 0};
    for (int looks = 0; looks < kLooks && calls.isFull(); ++looks) {
        const bool mayAsk = looks >= kBlindLooks || areAllFull_;
        areAllFull_ = mayAsk && !calls.othersHaveRoom();
        if (areAllFull_) return true;
        waitForSignal(kLookMs);
        if (poll(&listening, 1, 0) <= 0) return false;
    }
    areAllFull_ = false;
    return true;
}

void Acceptor::waitForSignal(int milliseconds) const {
    pollfd signal{signals_.descriptor(), POLLIN, 0};
    poll(&signal, 1, milliseconds);
}

}  // namespace aiproject
