// A model server that says exactly what a script has when it is asked for its models.
#pragma once

#include "support/silent_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>

namespace aiproject::test {

enum class Afterwards { closes, waits };

// Each caller has the same answer.
class ScriptedServer {
public:
    ScriptedServer(std::string answer, Afterwards afterwards)
        : answer_(std::move(answer)), afterwards_(afterwards), thread_([this] { run(); }) {}
    ~ScriptedServer() {
        ::shutdown(listener_.descriptor(), SHUT_RDWR);
        thread_.join();
    }
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    std::uint16_t port() const { return listener_.port(); }
    int callers() const { return callers_; }

private:
    void run() {
        for (int client = 0; (client = ::accept4(listener_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
            ++callers_;
            std::string head;
            char byte = 0;
            while (head.find("\r\n\r\n") == std::string::npos && ::recv(client, &byte, 1, 0) == 1) head += byte;
            if (head.compare(0, 16, "GET /v1/models H") == 0)
                ::send(client, answer_.data(), answer_.size(), MSG_NOSIGNAL);
            while (afterwards_ == Afterwards::waits && ::recv(client, &byte, 1, 0) > 0) {
            }
            ::close(client);
        }
    }

    const std::string answer_;
    const Afterwards afterwards_;
    SilentServer listener_;
    std::atomic<int> callers_{0};
    std::thread thread_;  // last: starts when all else is there
};

}  // namespace aiproject::test
