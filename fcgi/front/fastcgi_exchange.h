// One FastCGI connection as an Exchange. libfcgi does not leave fcgi/front/. What its manual hides:
// it cannot be moved once accepted, flushes answer success after an error, and it lingers two
// seconds at the end of a connection unless told not to.
#pragma once

#include "base/file_descriptor.h"
#include "front/receive_watch.h"
#include "http/exchange.h"

#include <fcgiapp.h>

#include <chrono>
#include <memory>
#include <optional>

namespace aiproject {

class FastcgiExchange final : public Exchange {
public:
    // Takes the connection and reads the parameters; nothing when the peer sends no proper request.
    // `timeout` bounds each read and write, `watch` all reads together: throws when that is over.
    static std::unique_ptr<FastcgiExchange> receive(FileDescriptor connection, std::chrono::milliseconds timeout,
                                                    ReceiveWatch& watch);
    // Of what is there already; waits for the peer in nothing that follows.
    static std::unique_ptr<FastcgiExchange> receiveAtOnce(FileDescriptor connection);
    // All parameters are there, or no more will come. Reads nothing.
    static bool hasCome(int connection) noexcept;
    ~FastcgiExchange() override;
    FastcgiExchange(const FastcgiExchange&) = delete;
    FastcgiExchange& operator=(const FastcgiExchange&) = delete;

    const Request& request() const override { return request_; }
    std::string readBody(std::uint64_t limit) override;
    void start(const ResponseHead& head) override;
    bool write(std::string_view bytes) override;
    bool started() const override { return started_; }
    int clientDescriptor() const override { return raw_.ipcFd; }

private:
    FastcgiExchange() = default;
    bool accept(FileDescriptor connection);
    void drainBody();
    void endReceiving();

    FCGX_Request raw_{};
    FileDescriptor watched_;                            // the connection, while it is received
    std::optional<ReceiveWatch::Receiving> receiving_;  // until the body is there, or given up
    Request request_;
    bool started_ = false;
};

}  // namespace aiproject
