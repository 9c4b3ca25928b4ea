// TLS sessions, so that a later connection to the same upstream need not exchange certificates again. Poco
// knows those of TLS 1.2 only: a session of TLS 1.3 comes after the handshake, when its ticket does.
#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/Session.h>

namespace aiproject::iflytek {

// Once for each context, before its first connection. From then on the context keeps the latest session.
void rememberTlsSessions(Poco::Net::Context& context);

// A copy for one connection; null: none that may be used. Only sessions of handshakes that showed a
// certificate are kept, and not for long, so a certificate is believed hardly longer than without. From any
// thread.
Poco::Net::Session::Ptr rememberedTlsSession(const Poco::Net::Context& context);

}  // namespace aiproject::iflytek
