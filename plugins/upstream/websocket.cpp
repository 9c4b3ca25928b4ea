#include "upstream/websocket.h"

#include "upstream/text.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/StreamSocket.h>
#include <poll.h>

#include <algorithm>

namespace aiproject::outbound {
namespace {

using Poco::Net::HTTPClientSession;
using Poco::Net::HTTPResponse;
using Poco::Net::StreamSocket;
using Poco::Net::WebSocket;

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

// The one way to a StreamSocket of our own kind; it shares `link`.
class SocketOver final : public StreamSocket {
public:
    explicit SocketOver(LinkSocket& link) : StreamSocket(shared(link)) {}

private:
    static LinkSocket* shared(LinkSocket& link) {
        link.duplicate();
        return &link;
    }
};

// RFC 6455, 4.1
void refuseUnasked(const HTTPResponse& response) {
    for (const char* name : {"Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"})
        if (!response.get(name, "").empty())
            throw Poco::Net::MessageException(std::string("the answer has ") + name + ", which was not asked for");
}

}  // namespace

std::variant<OpenWebSocket, HttpRefusal> upgrade(Link link, const Endpoint& endpoint, const std::string& target,
                                                 const std::function<Redaction()>& secrets, Deadlines& deadlines) {
    deadlines.step("WebSocket upgrade");
    LinkSocket::Ptr below(new LinkSocket(std::move(link), deadlines.patience()));
    const Withdrawal withdrawal(deadlines);
    deadlines.enter(Phase::connecting, below->link().descriptor());
    UpgradeSession session{SocketOver(*below)};
    Poco::Net::HTTPRequest request(Poco::Net::HTTPRequest::HTTP_GET, target, Poco::Net::HTTPMessage::HTTP_1_1);
    request.set(Poco::Net::HTTPRequest::HOST, endpoint.authority());
    HTTPResponse response;
    try {
        WebSocket opened(session, request, response);
        refuseUnasked(response);
        below->waitBy({});
        return OpenWebSocket{opened, below};
    } catch (const Poco::Exception& e) {
        if (!session.body() || response.getStatus() == HTTPResponse::HTTP_SWITCHING_PROTOCOLS)
            deadlines.fail(ModelStatus::unavailable,
                           "the handshake with " + endpoint.url() + " failed: " + secrets().applied(e.displayText()));
        deadlines.check();
        return HttpRefusal{static_cast<int>(response.getStatus()), beginningOf(*session.body(), secrets()),
                           response.get("Date", "")};
    }
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
