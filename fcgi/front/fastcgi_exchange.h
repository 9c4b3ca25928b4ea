// One FastCGI connection as an Exchange, once its request has come (front/incoming.h): libfcgi reads the request, and
// is gone with its buffers when that is read; the answer is written by FastcgiOutput. Waits for no peer but one that
// does not read its answer.
#pragma once

#include "base/file_descriptor.h"
#include "front/fastcgi_input.h"
#include "front/fastcgi_output.h"
#include "front/incoming.h"
#include "front/request_in_progress.h"
#include "http/exchange.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace aiproject {

class FastcgiExchange final : public Exchange {
public:
    // For a process that makes these without an acceptor: once, while the signals that libfcgi would take are blocked.
    static void prepare() { FastcgiInput::prepare(); }

    // Nothing when the peer has sent no proper request. `timeout` bounds each write. Throws std::runtime_error when the
    // system has no descriptor left.
    static std::unique_ptr<FastcgiExchange> of(Incoming incoming, std::chrono::milliseconds timeout);
    // Waits for the peer in nothing that follows.
    static std::unique_ptr<FastcgiExchange> toRefuse(Incoming incoming);
    // Ends the answer. After neverWait() it tries once to send what is unsent, and drops the rest.
    ~FastcgiExchange() override;
    FastcgiExchange(const FastcgiExchange&) = delete;
    FastcgiExchange& operator=(const FastcgiExchange&) = delete;

    const Request& request() const override { return request_; }
    std::string readBody(std::uint64_t limit) override;
    void start(const ResponseHead& head) override;
    bool write(std::string_view bytes) override { return output_.write(bytes); }
    void end() override;
    void abandon() override { output_.abandon(); }
    int status() const override { return status_; }
    int clientDescriptor() const override { return connection_.get(); }
    void neverWait() override { output_.neverWait(); }
    void waitAgain() override { output_.waitAgain(); }
    std::size_t unsent() const override { return output_.unsent(); }
    bool sendUnsent() override { return output_.sendUnsent(); }

private:
    FastcgiExchange(Incoming& incoming, std::unique_ptr<FastcgiInput> input);
    static std::unique_ptr<FastcgiExchange> from(Incoming& incoming);
    void endReceiving();

    const FileDescriptor connection_;
    RequestInProgress inProgress_;
    const Incoming::End came_;
    const std::uint64_t bodyBytes_;
    std::unique_ptr<FastcgiInput> input_;  // until the body is read, or given up
    FastcgiOutput output_;
    Request request_;
    int status_ = 0;
};

}  // namespace aiproject
