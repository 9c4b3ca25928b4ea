#include "front/listener.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace aiproject {
namespace {

constexpr int kShortageMs = 50;  // of descriptors or memory
constexpr int kTries = 20, kTryMs = 5;

bool isShortage(int reason) { return reason == EMFILE || reason == ENFILE || reason == ENOBUFS || reason == ENOMEM; }

// Of the connection that waited, or of its network; the next one may be well. accept(2) lists them.
bool isOfConnection(int reason) {
    switch (reason) {
        case ECONNABORTED:
        case EHOSTDOWN:
        case EHOSTUNREACH:
        case ENETDOWN:
        case ENETUNREACH:
        case ENONET:
        case ENOPROTOOPT:
        case EPERM:  // a firewall
        case EPROTO:
        case ETIMEDOUT: return true;
        default: return false;
    }
}

bool add(const FileDescriptor& line, int descriptor, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    return epoll_ctl(line.get(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

std::runtime_error cannotWait() {
    return std::runtime_error(std::string("threads cannot wait for connections: ") + std::strerror(errno) +
                              "; free descriptors or memory, or raise fs.epoll.max_user_watches");
}

}  // namespace

Listener::Listener(int socket)
    : socket_(socket),
      line_(epoll_create1(EPOLL_CLOEXEC)),
      bell_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      ownSocket_("the listening socket", socket),
      ownLine_("the epoll of the listening socket", line_.get()),
      ownBell_("the bell of the listening socket", bell_.get()) {
    int isListening = 0;
    socklen_t size = sizeof isListening;
    if (getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &size) != 0 || !isListening)
        throw std::runtime_error(
            "standard input is no listening socket: a worker is started by `aiproject serve`, spawn-fcgi or systemd");
    // Who was woken may find that another one was faster.
    fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
    if (!line_ || !bell_ || !add(line_, bell_.get(), EPOLLIN | EPOLLET)) throw cannotWait();
}

bool Listener::wait(std::chrono::milliseconds limit) const {
    epoll_event event{};  // one at a time: each is one thread's to see to
    const int count = epoll_wait(line_.get(), &event, 1, int(limit.count()));
    if (count < 0 && errno != EINTR) endProcess("epoll_wait", errno);
    return count > 0;
}

void Listener::ring() const {
    if (eventfd_write(bell_.get(), 1) != 0 && errno != EAGAIN) endProcess("eventfd_write", errno);
}

FileDescriptor Listener::accept() {
    FileDescriptor connection(accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC));
    const int reason = errno;
    ++tries_;
    const bool isNothing = isClosed_ || reason == EAGAIN || reason == EINTR || isOfConnection(reason);
    if (!connection && isNothing) return connection;
    if (!connection && !isShortage(reason)) endProcess("accept", reason);
    if (!connection) poll(nullptr, 0, kShortageMs);  // running requests give some back
    rejoin();
    return connection;
}

void Listener::join() {
    const std::lock_guard lock(mutex_);
    isInLine_ = true;
    if (!goToEnd()) throw cannotWait();
}

// If memory is short for long, no connection wakes this process until a thread that is rung for tries again here; and
// the connection at hand must not wait for that.
void Listener::rejoin() {
    for (int i = 0; i < kTries; ++i) {
        if (i > 0) poll(nullptr, 0, kTryMs);
        const std::lock_guard lock(mutex_);
        if (!isInLine_ || goToEnd()) return;
    }
}

// Of the line of processes; and if more connections wait, another thread is woken.
bool Listener::goToEnd() const {
    epoll_ctl(line_.get(), EPOLL_CTL_DEL, socket_, nullptr);
    if (add(line_, socket_, EPOLLIN | EPOLLET | EPOLLEXCLUSIVE)) return true;
    if (!isShortage(errno) && errno != ENOSPC) endProcess("epoll_ctl", errno);
    return false;
}

void Listener::leave() {
    const std::lock_guard lock(mutex_);
    isInLine_ = false;
    epoll_ctl(line_.get(), EPOLL_CTL_DEL, socket_, nullptr);
}

void Listener::close() {
    ownSocket_.letGo();
    isClosed_ = true;
    const FileDescriptor nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
    dup3(nothing.get(), socket_, O_CLOEXEC);
}

}  // namespace aiproject
