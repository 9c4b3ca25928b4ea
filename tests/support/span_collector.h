// An OTLP collector that keeps what it gets, and can be as bad as one: it answers errors, or says nothing.
#pragma once

#include "support/joining_threads.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cctype>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace aiproject::test {

class SpanCollector {
public:
    enum class Mood { takes, fails, hangs };

    explicit SpanCollector(Mood mood = Mood::takes) : mood_(mood) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        if (socket_ < 0 || ::bind(socket_, generic, size) != 0 || ::listen(socket_, 16) != 0 ||
            ::getsockname(socket_, generic, &size) != 0)
            throw std::runtime_error("cannot listen");
        port_ = ntohs(address.sin_port);
        threads_.add([this] { serve(); });
    }
    ~SpanCollector() {
        threads_.end();
        for (const int one : held_) ::close(one);
        ::close(socket_);
    }
    SpanCollector(const SpanCollector&) = delete;
    SpanCollector& operator=(const SpanCollector&) = delete;

    std::uint16_t port() const { return port_; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    void be(Mood mood) { mood_ = mood; }

    // Of each POST: its head, its body.
    std::vector<std::string> heads() const { return copyOf(heads_); }
    std::vector<std::string> bodies() const { return copyOf(bodies_); }
    int connections() const { return connections_; }

private:
    std::vector<std::string> copyOf(const std::vector<std::string>& texts) const {
        const std::lock_guard lock(mutex_);
        return texts;
    }
    bool isReadable(int descriptor) const {
        while (!threads_.isOver()) {
            pollfd waiting{descriptor, POLLIN, 0};
            if (::poll(&waiting, 1, 20) > 0) return true;
        }
        return false;
    }
    void serve() {
        while (isReadable(socket_)) {
            const int one = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
            if (one < 0) continue;
            ++connections_;
            if (mood_ == Mood::hangs) {
                held_.push_back(one);
                continue;
            }
            read(one);
            const std::string answer = mood_ == Mood::takes ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
                                                            : "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n";
            ::send(one, answer.data(), answer.size(), MSG_NOSIGNAL);
            ::close(one);
        }
    }
    void read(int one) {
        std::string all;
        std::array<char, 65'536> piece{};
        while (!isWhole(all) && isReadable(one)) {
            const ssize_t got = ::recv(one, piece.data(), piece.size(), 0);
            if (got <= 0) return;
            all.append(piece.data(), std::size_t(got));
        }
        const std::size_t end = all.find("\r\n\r\n");
        const std::lock_guard lock(mutex_);
        heads_.push_back(all.substr(0, end));
        bodies_.push_back(all.substr(end + 4));
    }
    static bool isWhole(const std::string& all) {
        const std::string name = "Content-Length: ";
        const std::size_t end = all.find("\r\n\r\n"), at = all.find(name);
        return end != std::string::npos && at < end && all.size() >= end + 4 + std::stoul(all.substr(at + name.size()));
    }

    const int socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::uint16_t port_ = 0;
    std::atomic<Mood> mood_;
    std::atomic<int> connections_{0};
    std::vector<int> held_;  // the thread's
    mutable std::mutex mutex_;
    std::vector<std::string> heads_, bodies_;  // under mutex_
    JoiningThreads threads_;                   // last: uses the rest
};

}  // namespace aiproject::test
