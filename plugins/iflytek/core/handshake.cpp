#include "iflytek/core/handshake.h"

#include "iflytek/core/encoding.h"
#include "iflytek/core/signed_url.h"
#include "iflytek/core/tcp_connect.h"
#include "iflytek/core/tls_session.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/IPAddress.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/X509Certificate.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <algorithm>

namespace aiproject::iflytek {
namespace {

using Poco::Net::HTTPClientSession;
using Poco::Net::SecureStreamSocket;
using Poco::Net::StreamSocket;
using Poco::Net::WebSocket;

// The same socket under a number of our own. Poco's sessions close theirs when a step fails, before
// we can withdraw the guard, and the number could by then belong to somebody else.
class OwnDescriptor {
public:
    explicit OwnDescriptor(const StreamSocket& socket)
        : descriptor_(::fcntl(socket.impl()->sockfd(), F_DUPFD_CLOEXEC, 0)) {
        if (descriptor_ < 0) throw CallFailure(ModelStatus::unavailable, "no file descriptor is left in this process");
    }
    ~OwnDescriptor() { ::close(descriptor_); }
    OwnDescriptor(const OwnDescriptor&) = delete;
    OwnDescriptor& operator=(const OwnDescriptor&) = delete;

    int number() const { return descriptor_; }

private:
    const int descriptor_;
};

// Poco forgets the answer's body when an upgrade is refused; this keeps it within reach.
class UpgradeSession final : public HTTPClientSession {
public:
    // Over TLS as well: HTTPSClientSession cannot be made of a socket that is connected.
    using HTTPClientSession::HTTPClientSession;
    std::istream& receiveResponse(Poco::Net::HTTPResponse& response) override {
        // Poco takes any number of these, and we have asked for none.
        if (peekResponse(response)) throw Poco::Net::MessageException("an interim answer that was not asked for");
        body_ = &HTTPClientSession::receiveResponse(response);
        return *body_;
    }
    std::istream* body() const { return body_; }

protected:
    // Past HTTPClientSession's, which answers a broken connection with another one: unguarded, and to a
    // host that it was never told.
    int write(const char* buffer, std::streamsize length) override {
        return HTTPSession::write(buffer, length);  // NOLINT(bugprone-parent-virtual-call)
    }

private:
    std::istream* body_ = nullptr;
};

// An error page may repeat the request. More is read than kept, so that no secret is cut where it would be kept.
std::string beginningOf(std::istream& body, const Redaction& redaction) {
    constexpr std::size_t enough = 512;
    std::string text(2 * enough, '\0');
    body.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(body.gcount()));
    text = redaction.applied(text).substr(0, enough);
    for (int cut = 0; cut < 3 && !isUtf8(text) && !text.empty(); ++cut) text.pop_back();  // inside a character
    if (!isUtf8(text)) return "(no text)";
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; }, ' ');
    return text;
}

bool isCertificateFor(const std::string& host, const Poco::Net::X509Certificate& certificate) {
    auto* const raw = const_cast<X509*>(certificate.certificate());
    Poco::Net::IPAddress address;
    if (Poco::Net::IPAddress::tryParse(host, address)) return X509_check_ip_asc(raw, host.c_str(), 0) == 1;
    constexpr unsigned flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
    return X509_check_host(raw, host.data(), host.size(), flags, nullptr) == 1;
}

void requireCertificate(SecureStreamSocket& socket, const Upstream& upstream) {
    // A handshake that a signal interrupted comes back from attach() unfinished and unchecked.
    if (socket.completeHandshake() != 1) throw Poco::Net::SSLException("handshake not finished");
    if (upstream.tls->verificationMode() == Poco::Net::Context::VERIFY_NONE) return;
    if (!socket.havePeerCertificate()) throw Poco::Net::SSLException("no certificate");
    socket.verifyPeerCertificate(upstream.endpoint.host);
    // Poco believes a common name, and a DNS name that reads like an address; RFC 9525, 6, neither.
    if (!isCertificateFor(upstream.endpoint.host, socket.peerCertificate()))
        throw Poco::Net::CertificateValidationException("no subject alternative name is " + upstream.endpoint.host);
}

SecureStreamSocket secured(const StreamSocket& socket, const Upstream& upstream, CallDeadlines& deadlines) {
    deadlines.step("TLS handshake");
    ERR_clear_error();  // what an earlier call left on this thread would be taken for a fault of this one
    try {
        SecureStreamSocket secure = SecureStreamSocket::attach(socket, upstream.endpoint.host, upstream.tls,
                                                               rememberedTlsSession(*upstream.tls));
        requireCertificate(secure, upstream);
        return secure;
    } catch (const Poco::Net::CertificateValidationException&) {
        deadlines.fail(ModelStatus::misconfigured,
                       "TLS: the certificate of " + upstream.endpoint.authority() +
                           " is for another host name, or only its common name is this; check url");
    } catch (const Poco::Exception& e) {
        const std::string reason = e.displayText();
        if (reason.find("certificate verify failed") == std::string::npos)
            deadlines.fail(ModelStatus::unavailable,
                           "TLS: the handshake with " + upstream.endpoint.authority() + " failed: " + reason);
        deadlines.fail(ModelStatus::misconfigured, "TLS: the certificate of " + upstream.endpoint.authority() +
                                                       " cannot be verified by " + upstream.trust +
                                                       ": its issuer is unknown, or it is out of date");
    }
}

// The one way to a StreamSocket of our own kind; it shares `bytes`.
class SocketOver final : public StreamSocket {
public:
    explicit SocketOver(ReadAhead& bytes) : StreamSocket(shared(bytes)) {}

private:
    static ReadAhead* shared(ReadAhead& bytes) {
        bytes.duplicate();
        return &bytes;
    }
};

std::variant<OpenWebSocket, Refusal> upgrade(const StreamSocket& socket, const Upstream& upstream,
                                             CallDeadlines& deadlines, std::chrono::seconds clockOffset) {
    deadlines.step("WebSocket upgrade");
    const std::time_t now = upstream.clock();
    const Endpoint& endpoint = upstream.endpoint;
    ReadAhead::Ptr bytes(new ReadAhead(socket));
    UpgradeSession session{SocketOver(*bytes)};
    const SignedRequest asked{endpoint.host, endpoint.path, httpDate(now + clockOffset.count())};
    Poco::Net::HTTPRequest request(Poco::Net::HTTPRequest::HTTP_GET, signedTarget(upstream.credentials, asked),
                                   Poco::Net::HTTPMessage::HTTP_1_1);
    request.set(Poco::Net::HTTPRequest::HOST, endpoint.authority());
    Poco::Net::HTTPResponse response;
    try {
        WebSocket opened(session, request, response);
        for (const char* name : {"Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"})  // RFC 6455, 4.1
            if (!response.get(name, "").empty())
                throw Poco::Net::MessageException(std::string("the answer has ") + name + ", which was not asked for");
        return OpenWebSocket{opened, bytes};
    } catch (const Poco::Exception& e) {
        const Redaction redaction = redactionOf(upstream.credentials, asked);
        if (!session.body() || response.getStatus() == Poco::Net::HTTPResponse::HTTP_SWITCHING_PROTOCOLS)
            deadlines.fail(ModelStatus::unavailable,
                           "the handshake with " + endpoint.url() + " failed: " + redaction.applied(e.displayText()));
        deadlines.check();
        return Refusal{static_cast<int>(response.getStatus()), beginningOf(*session.body(), redaction),
                       response.get("Date", ""), now};
    }
}

}  // namespace

std::variant<OpenWebSocket, Refusal> openWebSocket(const Upstream& upstream, CallDeadlines& deadlines,
                                                   std::chrono::seconds clockOffset) {
    StreamSocket socket = connectTcp(upstream.endpoint, deadlines);
    // Never to be reached: Poco's own timeouts last double over TLS and ruin a frame they interrupt.
    // But not 0 either, because then a signal ends a TLS read.
    socket.setReceiveTimeout(Poco::Timespan(Poco::Timespan::DAYS));
    socket.setSendTimeout(Poco::Timespan(Poco::Timespan::DAYS));

    const OwnDescriptor descriptor(socket);
    const Withdrawal withdrawal(deadlines);
    deadlines.step(upstream.tls ? "TLS handshake" : "WebSocket upgrade");
    deadlines.enter(Phase::connecting, descriptor.number());
    if (!upstream.tls) return upgrade(socket, upstream, deadlines, clockOffset);
    return upgrade(secured(socket, upstream, deadlines), upstream, deadlines, clockOffset);
}

}  // namespace aiproject::iflytek
