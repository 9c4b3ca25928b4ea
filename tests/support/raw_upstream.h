// A server that answers a WebSocket handshake and then says exactly the bytes it was given, however
// wrong: what no WebSocket library would let a simulator say. One connection at a time.
#pragma once

#include "support/silent_server.h"

#include <Poco/Base64Encoder.h>
#include <Poco/SHA1Engine.h>

#include <atomic>
#include <sstream>
#include <string>
#include <thread>

namespace aiproject::test {

struct Script {
    std::string head;          // "": a proper 101
    std::string once;          // bytes after it; @AUTHORIZATION@ in them is what the request has brought
    std::string forever;       // and these until the client has gone
    std::string headers = {};  // more lines of a proper 101
};

class RawUpstream {
public:
    explicit RawUpstream(Script script) : script_(std::move(script)), thread_([this] { run(); }) {}
    ~RawUpstream() {
        ::shutdown(listener_.descriptor(), SHUT_RDWR);
        thread_.join();
    }
    RawUpstream(const RawUpstream&) = delete;
    RawUpstream& operator=(const RawUpstream&) = delete;

    std::string url(const std::string& path) const {
        return "ws://127.0.0.1:" + std::to_string(listener_.port()) + path;
    }
    bool clientHasGone() const { return clientHasGone_; }

private:
    void run() {
        const int client = ::accept(listener_.descriptor(), nullptr, nullptr);
        if (client < 0) return;
        const std::string request = readHead(client);
        // In one piece, so that frames come with the head.
        const std::string head = script_.head.empty() ? upgrade(request, script_.headers) : script_.head;
        bool open = say(client, head + withAuthorization(script_.once, request));
        while (open && !script_.forever.empty()) open = say(client, script_.forever);
        char ignored[4096];
        while (open && ::recv(client, ignored, sizeof ignored, 0) > 0) {
        }
        clientHasGone_ = true;
        ::close(client);
    }

    static std::string readHead(int client) {
        std::string head;
        char byte = 0;
        while (head.find("\r\n\r\n") == std::string::npos && ::recv(client, &byte, 1, 0) == 1) head += byte;
        return head;
    }
    static std::string withAuthorization(std::string text, const std::string& request) {
        const std::string mark = "@AUTHORIZATION@", name = "authorization=";
        const auto at = text.find(mark), start = request.find(name) + name.size();
        return at == std::string::npos
                   ? text
                   : text.replace(at, mark.size(), request.substr(start, request.find('&', start) - start));
    }
    static bool say(int client, const std::string& bytes) {
        return bytes.empty() || ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL) == ssize_t(bytes.size());
    }
    static std::string upgrade(const std::string& request, const std::string& headers) {
        const std::string name = "Sec-WebSocket-Key: ";
        const auto start = request.find(name) + name.size();
        Poco::SHA1Engine sha1;
        sha1.update(request.substr(start, request.find('\r', start) - start) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
        const auto digest = sha1.digest();
        std::ostringstream accept;
        Poco::Base64Encoder encoder(accept);
        encoder.write(reinterpret_cast<const char*>(digest.data()), std::streamsize(digest.size()));
        encoder.close();
        return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Accept: " +
               accept.str() + "\r\n" + headers + "\r\n";
    }

    const Script script_;
    SilentServer listener_;
    std::atomic<bool> clientHasGone_{false};
    std::thread thread_;  // last: starts when all else is there
};

}  // namespace aiproject::test
