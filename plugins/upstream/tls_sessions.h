// TLS sessions, so that a later connection to the same upstream need not exchange certificates again.
#pragma once

#include <openssl/ssl.h>

#include <memory>

namespace aiproject::outbound {

struct FreeTlsSession {
    void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
};
using TlsSession = std::unique_ptr<SSL_SESSION, FreeTlsSession>;

// Once for each context, before its first connection. From then on the context keeps the latest session, which in
// TLS 1.3 comes after the handshake, with its ticket.
void rememberTlsSessions(SSL_CTX* context);

// A copy for one connection; null: there is none that may be used. Only sessions of handshakes that showed a
// certificate are kept, and not for long, so a certificate is believed hardly longer than without. From any
// thread.
TlsSession rememberedTlsSession(const SSL_CTX* context);

}  // namespace aiproject::outbound
