// HTTP as bytes, for requests that no client library would send.
#pragma once

#include <Poco/Net/StreamSocket.h>

#include <cstdint>
#include <string>

namespace aiproject::test {

struct RawAnswer {
    int status = 0;    // 0: no status line came
    std::string head;  // status line and headers
    std::string body;  // as sent, chunks and all

    std::string header(const std::string& name) const;  // spelled as the server does; empty: none
};

// What the bytes of one answer say.
RawAnswer rawAnswerOf(const std::string& bytes);

// One connection for one request.
class RawClient {
public:
    explicit RawClient(std::uint16_t port);  // of 127.0.0.1
    explicit RawClient(const Poco::Net::SocketAddress& address);

    void send(const std::string& bytes);
    // What one read brings; empty: the end. Throws Poco::TimeoutException when nothing comes.
    std::string piece();
    // What comes until the body is as long as announced, or the server closes: let the request say "Connection: close".
    RawAnswer answer();

private:
    Poco::Net::StreamSocket socket_;
};

RawAnswer askRaw(std::uint16_t port, const std::string& request);

}  // namespace aiproject::test
