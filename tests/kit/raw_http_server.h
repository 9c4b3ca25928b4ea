// A server of one connection after the other that reads a question, says exactly the bytes that it was given, and hangs
// up or waits: what no HTTP library would let a test say. With TLS when it has a certificate.
#pragma once

#include "support/silent_server.h"

#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace aiproject::test {

struct ServerScript {
    std::vector<std::string> pieces;  // each a send() of its own
    bool hangsUp = true;              // false: waits until the client has gone
    bool readsQuestion = true;
    std::string certificateFile = {}, keyFile = {};
    bool saysGoodbye = true;  // ends TLS before the connection
    bool resets = false;      // hangs up on what it has not read
};

class RawHttpServer {
public:
    explicit RawHttpServer(ServerScript script) : script_(std::move(script)), thread_([this] { run(); }) {}
    ~RawHttpServer() {
        isOver_ = true;
        ::shutdown(listener_.descriptor(), SHUT_RDWR);
        thread_.join();
    }
    RawHttpServer(const RawHttpServer&) = delete;
    RawHttpServer& operator=(const RawHttpServer&) = delete;

    std::string authority(const std::string& host = "127.0.0.1") const {
        return host + ":" + std::to_string(listener_.port());
    }
    std::string url(const std::string& path = "/v1") const { return "http://" + authority() + path; }
    bool clientHasGone() const { return clientHasGone_; }
    bool hasSaidAll() const { return hasSaidAll_; }
    std::string question() const {
        const std::lock_guard lock(mutex_);
        return question_;
    }

private:
    struct Ending {
        void operator()(SSL* state) const { SSL_free(state); }
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    };

    void run() {
        std::unique_ptr<SSL_CTX, Ending> context;
        if (!script_.certificateFile.empty()) {
            context.reset(SSL_CTX_new(TLS_server_method()));
            SSL_CTX_use_certificate_chain_file(context.get(), script_.certificateFile.c_str());
            SSL_CTX_use_PrivateKey_file(context.get(), script_.keyFile.c_str(), SSL_FILETYPE_PEM);
        }
        while (!isOver_) {
            const int client = ::accept4(listener_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0) return;
            std::unique_ptr<SSL, Ending> tls;
            if (context) {
                tls.reset(SSL_new(context.get()));
                SSL_set_fd(tls.get(), client);
            }
            if (!tls || SSL_accept(tls.get()) == 1) answer(client, tls.get());
            tls.reset();
            ::close(client);
            clientHasGone_ = true;
        }
    }
    void answer(int client, SSL* tls) {
        if (script_.readsQuestion) readQuestion(client, tls);
        for (const std::string& piece : script_.pieces)
            if (!say(client, tls, piece)) return;
        hasSaidAll_ = true;
        if (script_.hangsUp && script_.saysGoodbye && tls) SSL_shutdown(tls);
        if (script_.hangsUp) ::shutdown(client, SHUT_WR);
        char ignored = 0;
        while (!script_.resets && ::recv(client, &ignored, 1, 0) > 0) continue;
    }
    void readQuestion(int client, SSL* tls) {
        std::string head, body;
        char byte = 0;
        while (head.find("\r\n\r\n") == std::string::npos && hear(client, tls, &byte, 1) == 1) head += byte;
        const auto at = head.find("Content-Length: ");
        const std::size_t size = at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
        while (body.size() < size && hear(client, tls, &byte, 1) == 1) body += byte;
        const std::lock_guard lock(mutex_);
        question_ = head + body;
    }
    static long hear(int client, SSL* tls, char* to, int size) {
        return tls ? SSL_read(tls, to, size) : ::recv(client, to, std::size_t(size), 0);
    }
    static bool say(int client, SSL* tls, const std::string& bytes) {
        if (tls) return SSL_write(tls, bytes.data(), int(bytes.size())) == int(bytes.size());
        return ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL) == ssize_t(bytes.size());
    }

    const ServerScript script_;
    SilentServer listener_;
    std::atomic<bool> isOver_{false}, clientHasGone_{false}, hasSaidAll_{false};
    mutable std::mutex mutex_;
    std::string question_;  // under mutex_
    std::thread thread_;    // last: starts when all else is there
};

}  // namespace aiproject::test
