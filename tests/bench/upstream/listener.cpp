#include "bench/upstream/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace aiproject::bench {
namespace {

constexpr int kBacklog = 4096;

[[noreturn]] void throwFor(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

Listener::Listener(EventLoop& loop, Open open)
    : loop_(loop), open_(std::move(open)), socket_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(socket_.get(), kBacklog) != 0)
        throwFor("listening on a free port of 127.0.0.1");
    loop_.watch(socket_.get(), *this);
}

std::uint16_t Listener::port() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) throwFor("getsockname");
    return ntohs(address.sin_port);
}

void Listener::ready(std::uint32_t /*events*/) {
    for (;;) {
        FileDescriptor accepted(accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!accepted) {
            if (errno == EAGAIN) return;
            if (errno == ECONNABORTED || errno == EINTR) continue;
            throwFor("accepting a connection; is the hard limit of open files (ulimit -Hn) too low?");
        }
        const int yes = 1;
        setsockopt(accepted.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        auto conversation = open_(std::move(accepted));
        Conversation& kept = *conversation;
        loop_.adopt(std::move(conversation));
        kept.begin();
    }
}

}  // namespace aiproject::bench
