// The bytes of one connection, plain or TLS. Nothing here blocks: each function does what can be done now, and says
// what it waits for next. So an event loop can drive a link as well as `drive.h` does with poll() on the calling
// thread.
#pragma once

#include "aiproject/imodel.h"

#include <Poco/Net/StreamSocket.h>
#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace aiproject::outbound {

struct Moved {
    std::size_t bytes;
    Next next;  // over: the peer has ended the connection in order
};

class LinkFault : public std::runtime_error {  // the connection broke; what(): how, for the log
    using std::runtime_error::runtime_error;
};

struct FreeSsl {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
};
using TlsState = std::unique_ptr<SSL, FreeSsl>;

class Link {  // used by one thread at a time
public:
    // A connected socket, which it makes non-blocking, and for TLS a state that has its peer's name and no socket yet.
    explicit Link(const Poco::Net::StreamSocket& socket, TlsState tls = nullptr);
    ~Link();  // says TLS's goodbye if that can be sent at once
    Link(Link&&) noexcept = default;
    Link& operator=(Link&&) = delete;

    int descriptor() const noexcept { return socket_.impl()->sockfd(); }
    bool isTls() const noexcept { return tls_ != nullptr; }
    // Bytes have come that the descriptor does not show: TLS decrypts whole records, and reads ahead. They may be a
    // part of a record, which is nothing to receive yet.
    bool hasPending() const noexcept { return tls_ && SSL_has_pending(tls_.get()) == 1; }

    // `again`: done, which a plain link always is. Before that nothing else may be called on a TLS link.
    // All three throw LinkFault.
    Next shakeHands();
    // At most one read. No bytes: wait for `next`, or it is over.
    Moved receive(char* to, std::size_t size);
    // Takes a part, too; no bytes: wait for `next`, then call with the same bytes.
    Moved send(std::string_view bytes);

private:
    Next wantOf(int result);

    Poco::Net::StreamSocket socket_;
    TlsState tls_;
    bool isBroken_ = false;
};

}  // namespace aiproject::outbound
