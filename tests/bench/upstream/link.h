// The bytes of one non-blocking connection, plain or TLS.
#pragma once

#include "base/file_descriptor.h"

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace aiproject::bench {

struct FreeSsl {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeSsl>;
// ERRORS  std::runtime_error: which file, and OpenSSL's reason.
TlsContext serverContext(const std::string& certificateFile, const std::string& keyFile);

class Link {
public:
    Link(FileDescriptor socket, SSL_CTX* tls);  // tls: nullptr for a plain one; borrowed for the call
    ~Link();
    Link(Link&&) noexcept = default;

    int descriptor() const noexcept { return socket_.get(); }
    bool isTls() const noexcept { return ssl_ != nullptr; }
    bool hasBytes() const;  // on the socket, before TLS
    // True: done; always so when plain. ERRORS std::runtime_error: it failed.
    bool shakeHands();
    // Appends all that has come; false: the peer has ended or the connection broke.
    bool receive(std::string& to);
    // Bytes taken, with one write; 0: not now. None: the connection broke.
    std::optional<std::size_t> send(std::string_view bytes);

private:
    FileDescriptor socket_;
    std::unique_ptr<SSL, FreeSsl> ssl_;
};

}  // namespace aiproject::bench
