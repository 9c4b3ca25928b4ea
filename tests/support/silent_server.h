// Servers that never get as far as speaking: one takes connections and says nothing, the other does
// not even take them.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace aiproject::test {

class SilentServer {
public:
    explicit SilentServer(int backlog = 16) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        if (socket_ < 0 || ::bind(socket_, generic, size) != 0 || ::listen(socket_, backlog) != 0 ||
            ::getsockname(socket_, generic, &size) != 0)
            throw std::runtime_error("cannot listen");
        port_ = ntohs(address.sin_port);
    }
    ~SilentServer() {
        if (caller_ >= 0) ::close(caller_);
        ::close(socket_);
    }
    SilentServer(const SilentServer&) = delete;
    SilentServer& operator=(const SilentServer&) = delete;

    std::uint16_t port() const { return port_; }
    int descriptor() const { return socket_; }
    bool hasCaller() const {  // connected by the kernel, never accepted
        return isReadable(socket_);
    }
    // The first caller has begun to speak: over TLS that is its ClientHello. For that he is accepted, and kept.
    bool hasHello() {
        if (caller_ < 0 && hasCaller()) caller_ = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
        return isReadable(caller_);
    }

private:
    static bool isReadable(int descriptor) {
        pollfd waiting{descriptor, POLLIN, 0};
        return ::poll(&waiting, 1, 0) > 0;
    }

    const int socket_;
    int caller_ = -1;
    std::uint16_t port_ = 0;
};

// Its queue is full, so the kernel drops every further SYN: a connect hangs, as to a dead address.
class FullServer {
public:
    FullServer() : server_(0) {
        constexpr int moreThanTheQueueTakes = 4;
        for (int i = 0; i < moreThanTheQueueTakes; ++i) fillers_.push_back(connecting());
        for (const int filler : fillers_) {
            pollfd waiting{filler, POLLOUT, 0};
            ::poll(&waiting, 1, 100);  // until it is in the queue, or has been turned away
        }
    }
    ~FullServer() {
        for (const int filler : fillers_) ::close(filler);
    }
    FullServer(const FullServer&) = delete;
    FullServer& operator=(const FullServer&) = delete;

    std::uint16_t port() const { return server_.port(); }

private:
    int connecting() const {
        const int filler = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(server_.port());
        const int begun = ::connect(filler, reinterpret_cast<sockaddr*>(&address), sizeof address);
        if (begun != 0 && errno != EINPROGRESS) throw std::runtime_error("cannot connect");
        return filler;
    }

    SilentServer server_;
    std::vector<int> fillers_;
};

}  // namespace aiproject::test
