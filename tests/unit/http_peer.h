// The upstream's end of a connection over which a stream reads an HTTP answer.
#pragma once

#include "support/raw_web_socket.h"
#include "upstream/http_question.h"

#include <cppunit/TestAssert.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>
#include <utility>

namespace aiproject::test {

class HttpPeer {
public:
    HttpPeer() { CPPUNIT_ASSERT_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data())); }
    ~HttpPeer() { hangUp(); }
    HttpPeer(const HttpPeer&) = delete;
    HttpPeer& operator=(const HttpPeer&) = delete;

    // Once: the connection, its question sent.
    outbound::AskedHttp asked(bool hasWaited = false) const {
        outbound::AskedHttp asked;
        asked.link = std::make_unique<outbound::Link>(SocketOf(ends_[0]));
        asked.hasWaited = hasWaited;
        return asked;
    }
    void says(const std::string& bytes) const {
        CPPUNIT_ASSERT_EQUAL(ssize_t(bytes.size()), send(ends_[1], bytes.data(), bytes.size(), MSG_NOSIGNAL));
    }
    void hangUp() {
        if (ends_[1] >= 0) close(std::exchange(ends_[1], -1));
    }
    bool isClosed() const {
        char byte = 0;
        return recv(ends_[1], &byte, 1, MSG_DONTWAIT) == 0;
    }

private:
    std::array<int, 2> ends_{};
};

}  // namespace aiproject::test
