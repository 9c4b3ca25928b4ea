// A server on this machine for a unit test: takes one connection, reads a question, says what it was given, hangs up.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <utility>

class TestServer {
public:
    explicit TestServer(std::string answer) : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 1) != 0 ||
            ::getsockname(listener_, generic, &size) != 0)
            std::abort();
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~TestServer() {
        end();
        ::close(listener_);
    }
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }
    // What came; after the call.
    std::string question() {
        end();
        return question_;
    }

private:
    void end() {
        ::shutdown(listener_, SHUT_RDWR);
        if (thread_.joinable()) thread_.join();
    }
    void serve() {
        const int client = ::accept(listener_, nullptr, nullptr);
        if (client < 0) return;
        char byte = 0;
        while (!isWhole() && ::recv(client, &byte, 1, 0) == 1) question_ += byte;
        ::send(client, answer_.data(), answer_.size(), MSG_NOSIGNAL);
        ::shutdown(client, SHUT_WR);
        while (::recv(client, &byte, 1, 0) == 1) continue;
        ::close(client);
    }
    bool isWhole() const {
        const std::size_t head = question_.find("\r\n\r\n"), length = question_.find("Content-Length: ");
        if (head == std::string::npos) return false;
        const std::size_t body = length == std::string::npos ? 0 : std::strtoul(&question_[length + 16], nullptr, 10);
        return question_.size() >= head + 4 + body;
    }

    const std::string answer_;
    const int listener_;
    unsigned port_ = 0;
    std::string question_;  // of the thread, until it has ended
    std::thread thread_;
};
