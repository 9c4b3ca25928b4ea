// One FastCGI connection as an Exchange. libfcgi does not leave fcgi/front/. What its manual hides:
// it cannot be moved once accepted, flushes answer success after an error, and it lingers two
// seconds at the end of a connection unless told not to.
#pragma once

#include "base/file_descriptor.h"
#include "http/exchange.h"

#include <fcgiapp.h>

#include <chrono>
#include <memory>

namespace aiproject {

class FastcgiExchange final : public Exchange {
public:
    // Takes the connection and reads the parameters; nothing when the peer sends no proper request.
    // `timeout` bounds each read and write.
    static std::unique_ptr<FastcgiExchange> receive(FileDescriptor connection, std::chrono::milliseconds timeout);
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

    FCGX_Request raw_{};
    Request request_;
    bool started_ = false;
};

}  // namespace aiproject
