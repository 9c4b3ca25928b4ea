// One FastCGI connection as an Exchange: libfcgi reads the request, and is gone with its buffers when that is there;
// the answer is written by FastcgiOutput.
#pragma once

#include "base/file_descriptor.h"
#include "front/fastcgi_input.h"
#include "front/fastcgi_output.h"
#include "front/receive_watch.h"
#include "http/exchange.h"

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
    // Ends the answer. After neverWait() it tries once to send what is unsent, and drops the rest.
    ~FastcgiExchange() override;
    FastcgiExchange(const FastcgiExchange&) = delete;
    FastcgiExchange& operator=(const FastcgiExchange&) = delete;

    const Request& request() const override { return request_; }
    std::string readBody(std::uint64_t limit) override;
    void start(const ResponseHead& head) override;
    bool write(std::string_view bytes) override { return output_->write(bytes); }
    void end() override;
    bool started() const override { return started_; }
    int clientDescriptor() const override { return connection_.get(); }
    void neverWait() override;
    std::size_t unsent() const override { return output_->unsent(); }
    bool sendUnsent() override { return output_->sendUnsent(); }

private:
    FastcgiExchange(FileDescriptor connection, ReceiveWatch* watch);
    void endReceiving();

    FileDescriptor connection_;
    std::optional<ReceiveWatch::Receiving> receiving_;  // as long as `input_`
    std::unique_ptr<FastcgiInput> input_;               // until the body is there, or given up
    std::optional<FastcgiOutput> output_;               // none: it is no request
    Request request_;
    bool started_ = false;
};

}  // namespace aiproject
