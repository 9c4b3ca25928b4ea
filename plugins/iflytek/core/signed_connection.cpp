#include "iflytek/core/signed_connection.h"

#include "iflytek/core/refusal.h"
#include "upstream/open.h"
#include "upstream/websocket.h"

#include <memory>
#include <variant>

namespace aiproject::iflytek {
namespace {

using outbound::Deadlines;
using outbound::HttpRefusal;
using outbound::OpenWebSocket;

std::variant<OpenWebSocket, Refusal> tryToOpen(const Upstream& upstream, Handshakes& handshakes, Deadlines& deadlines,
                                               std::chrono::seconds clockOffset) {
    outbound::Link link = openLink(upstream.peer, deadlines);
    const std::time_t now = upstream.clock();
    const auto handshake = handshakes.at(now + clockOffset.count());
    const auto secrets = [&] { return redactionOf(upstream.credentials, handshake->request); };
    auto opened = upgrade(std::move(link), upstream.peer.endpoint, handshake->target, secrets, deadlines);
    if (const auto* refused = std::get_if<HttpRefusal>(&opened))
        return Refusal{refused->status, refused->body, refused->date, now};
    return std::get<OpenWebSocket>(std::move(opened));
}

OpenWebSocket openSigned(const Upstream& upstream, Handshakes& handshakes, Deadlines& deadlines) {
    auto opened = tryToOpen(upstream, handshakes, deadlines, std::chrono::seconds(0));
    if (const auto* refusal = std::get_if<Refusal>(&opened)) {
        const auto offset = clockOffset(*refusal);
        const CallFailure failure = failureOf(*refusal, upstream.peer.endpoint.url());
        if (!offset) throw failure;
        opened = tryToOpen(upstream, handshakes, deadlines, *offset);
        if (const auto* again = std::get_if<Refusal>(&opened)) throw failureOf(*again, upstream.peer.endpoint.url());
        std::get<OpenWebSocket>(opened).note = "signed with the upstream's time, since: " + std::string(failure.what());
    }
    return std::get<OpenWebSocket>(std::move(opened));
}

}  // namespace

outbound::IdleLinks signedConnections(const Upstream& upstream) {
    const Endpoint& endpoint = upstream.peer.endpoint;
    auto handshakes = std::make_shared<Handshakes>(upstream.credentials, endpoint.host, endpoint.path);
    return {[upstream, handshakes](Deadlines& deadlines) { return openSigned(upstream, *handshakes, deadlines); },
            endpoint.authority(), upstream.warm};
}

}  // namespace aiproject::iflytek
