#include "upstream/websocket.h"

#include "upstream/random.h"
#include "upstream/text.h"

#include <Poco/Net/HTTPChunkedStream.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPFixedLengthStream.h>
#include <Poco/Net/HTTPHeaderStream.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPStream.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/WebSocketImpl.h>
#include <openssl/evp.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <memory>
#include <sstream>

namespace aiproject::outbound {
namespace {

using Poco::Net::HTTPClientSession;
using Poco::Net::HTTPResponse;
using Poco::Net::StreamSocket;
using Poco::Net::WebSocket;

// Throws what Poco throws.
void readHead(HTTPClientSession& session, HTTPResponse& response) {
    Poco::Net::HTTPHeaderInputStream head(session);
    try {
        response.read(head);
    } catch (const Poco::Exception&) {
        // A stream keeps what broke below it for itself.
        if (session.networkException()) session.networkException()->rethrow();
        throw;
    }
    if (response.getStatus() == HTTPResponse::HTTP_CONTINUE)
        throw Poco::Net::MessageException("an interim answer that was not asked for");
}

// As Poco's session has it, which gives none to who has not sent a request of its.
std::unique_ptr<std::istream> bodyOf(HTTPClientSession& session, const HTTPResponse& response) {
    const int status = response.getStatus();
    if (status < 200 || status == HTTPResponse::HTTP_NO_CONTENT || status == HTTPResponse::HTTP_NOT_MODIFIED)
        return std::make_unique<std::istringstream>();
    if (response.getChunkedTransferEncoding()) return std::make_unique<Poco::Net::HTTPChunkedInputStream>(session);
    if (response.hasContentLength())
        return std::make_unique<Poco::Net::HTTPFixedLengthInputStream>(session, response.getContentLength64());
    return std::make_unique<Poco::Net::HTTPInputStream>(session);
}

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

// The one way to a StreamSocket of our own kind, or of Poco's WebSocket's; it shares the first, owns the second.
class SocketOver final : public StreamSocket {
public:
    explicit SocketOver(LinkSocket& link) : StreamSocket(shared(link)) {}
    explicit SocketOver(Poco::Net::WebSocketImpl* owned) : StreamSocket(owned) {}

private:
    static LinkSocket* shared(LinkSocket& link) {
        link.duplicate();
        return &link;
    }
};

// Poco's judgement of an answer, which its WebSocket keeps to itself.
class Handshake final : public WebSocket {
public:
    static WebSocket judged(HTTPClientSession& session, HTTPResponse& response, const std::string& key) {
        return WebSocket(SocketOver(completeHandshake(session, response, key)));
    }
};

std::string newKey() {
    const auto random = randomBytes<16>();
    std::array<unsigned char, 25> text{};  // it ends with a NUL
    const int size = EVP_EncodeBlock(text.data(), random.data(), int(random.size()));
    return {reinterpret_cast<const char*>(text.data()), std::size_t(size)};
}

// As Poco would write it.
std::string requestOf(const Endpoint& endpoint, const std::string& target, const std::string& key) {
    constexpr std::string_view fixed =
        "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ";
    const std::string authority = endpoint.authority();
    std::string request;
    request.reserve(target.size() + authority.size() + fixed.size() + key.size() + 32);
    request.append("GET ").append(target).append(" HTTP/1.1\r\nHost: ").append(authority).append(fixed);
    request.append(key).append("\r\n\r\n");
    return request;
}

// RFC 6455, 4.1
void refuseUnasked(const HTTPResponse& response) {
    static const std::array<std::string, 2> names{"Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"};
    for (const std::string& name : names)
        if (response.has(name) && !response.get(name).empty())
            throw Poco::Net::MessageException("the answer has " + name + ", which was not asked for");
}

}  // namespace

std::variant<OpenWebSocket, HttpRefusal> upgrade(Link link, const Endpoint& endpoint, const std::string& target,
                                                 const std::function<Redaction()>& secrets, Deadlines& deadlines) {
    deadlines.step(Stage::upgrade, "WebSocket upgrade");
    LinkSocket::Ptr below(new LinkSocket(std::move(link), deadlines.patience()));
    const Withdrawal withdrawal(deadlines);
    deadlines.enter(Phase::connecting, below->link().descriptor());
    HTTPClientSession session{SocketOver(*below)};
    HTTPResponse response;
    std::unique_ptr<std::istream> body;
    try {
        const std::string key = newKey();
        const std::string request = requestOf(endpoint, target, key);
        below->sendBytes(request.data(), int(request.size()), 0);
        readHead(session, response);
        if (response.getStatus() == HTTPResponse::HTTP_SWITCHING_PROTOCOLS) {
            const WebSocket opened = Handshake::judged(session, response, key);
            refuseUnasked(response);
            below->waitBy({});
            return OpenWebSocket{opened, below};
        }
        body = bodyOf(session, response);
        // What its status means is known. Words that do not come must not let the host's guard, which has the same end,
        // make a time-out of it.
        Patience shorter = deadlines.patience();
        shorter.end -= deadlines.connectTimeLeft() / 4;
        below->waitBy(shorter);
    } catch (const Poco::Exception& e) {
        deadlines.fail(ModelStatus::unavailable,
                       "the handshake with " + endpoint.url() + " failed: " + secrets().applied(e.displayText()));
    }
    deadlines.check();
    return HttpRefusal{static_cast<int>(response.getStatus()), beginningOf(*body, secrets()), response.get("Date", "")};
}

void endWebSocket(OpenWebSocket& web, std::optional<std::uint16_t> code) noexcept {
    try {
        // From here nothing may wait, neither for the close frame nor for TLS's own goodbye.
        web.below->waitBy({std::chrono::steady_clock::now()});
        if (code) web.socket.shutdown(*code);
    } catch (const std::exception&) {
        return;  // the connection is broken already, and its user has the reason
    }
}

bool isSilent(const OpenWebSocket& web) {
    if (web.below->hasBytes()) return false;
    pollfd readable{web.below->link().descriptor(), POLLIN | POLLRDHUP, 0};
    return ::poll(&readable, 1, 0) == 0;
}

}  // namespace aiproject::outbound
