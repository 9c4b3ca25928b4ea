// Sockets in the place of a pool's workers, for tests of nginx alone.
#pragma once

#include "support/joining_threads.h"

#include <cppunit/TestAssert.h>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <vector>

namespace aiproject::test {

// A pool's socket that nobody accepts on.
class SilentPool {
public:
    explicit SilentPool(const std::string& path) : listener_(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
        path.copy(address_.sun_path, sizeof address_.sun_path - 1);
        CPPUNIT_ASSERT_EQUAL(0, bind(listener_, asAddress(), sizeof address_));
        CPPUNIT_ASSERT_EQUAL(0, listen(listener_, 0));
    }
    ~SilentPool() {
        for (const int waiting : waiting_) close(waiting);
        close(listener_);
    }
    SilentPool(const SilentPool&) = delete;
    SilentPool& operator=(const SilentPool&) = delete;

    void fillBacklog() {
        do {
            waiting_.push_back(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
        } while (connect(waiting_.back(), asAddress(), sizeof address_) == 0);
    }
    // Accepts one connection and closes it unanswered, as a worker that dies.
    bool dropOne() {
        const int connection = accept(listener_, nullptr, nullptr);
        if (connection >= 0) close(connection);
        return connection >= 0;
    }

private:
    const sockaddr* asAddress() const { return reinterpret_cast<const sockaddr*>(&address_); }

    sockaddr_un address_{AF_UNIX, {}};
    int listener_;
    std::vector<int> waiting_;
};

// Gives every request the same answer once it has read all of it.
class AnsweringPool {
public:
    // `output`: headers, an empty line, the body.
    AnsweringPool(const std::string& path, std::string output)
        : output_(std::move(output)), listener_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{AF_UNIX, {}};
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        CPPUNIT_ASSERT_EQUAL(0, bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address));
        CPPUNIT_ASSERT_EQUAL(0, listen(listener_, 100));
        thread_.add([this] { serve(); });
    }
    ~AnsweringPool() {
        thread_.end();
        close(listener_);
    }
    AnsweringPool(const AnsweringPool&) = delete;
    AnsweringPool& operator=(const AnsweringPool&) = delete;

    int served() const { return served_; }

private:
    void serve() {
        constexpr int lookMs = 20;
        while (!thread_.isOver()) {
            pollfd waiting{listener_, POLLIN, 0};
            if (poll(&waiting, 1, lookMs) < 1) continue;
            const int connection = accept(listener_, nullptr, nullptr);
            if (connection < 0) continue;
            if (readRequest(connection)) {
                ++served_;  // before the client knows of it
                send(connection, recordOf(6, output_) + recordOf(6, "") + recordOf(3, std::string(8, 0)));
            }
            close(connection);
        }
    }
    // To the end of its standard input.
    static bool readRequest(int connection) {
        for (;;) {
            unsigned char head[8];
            if (recv(connection, head, sizeof head, MSG_WAITALL) != ssize_t(sizeof head)) return false;
            std::string content(std::size_t(head[4] * 256 + head[5] + head[6]), 0);
            if (content.empty() && head[1] == 5) return true;
            if (recv(connection, content.data(), content.size(), MSG_WAITALL) != ssize_t(content.size())) return false;
        }
    }
    static std::string recordOf(int type, const std::string& content) {
        const char head[] = {1, char(type), 0, 1, char(content.size() >> 8), char(content.size() & 0xff), 0, 0};
        return std::string(head, sizeof head).append(content);
    }
    static void send(int connection, const std::string& bytes) {
        CPPUNIT_ASSERT_EQUAL(ssize_t(bytes.size()), ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    }

    const std::string output_;
    const int listener_;
    std::atomic<int> served_{0};
    JoiningThreads thread_;  // last: it uses all else
};

}  // namespace aiproject::test
