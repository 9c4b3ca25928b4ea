#include "iflytek/core/connection.h"

#include <poll.h>

namespace aiproject::iflytek {

using Poco::Net::WebSocket;

OpenWebSocket openConnection(const Upstream& upstream, CallDeadlines& deadlines, IReply& reply) {
    auto opened = openWebSocket(upstream, deadlines, std::chrono::seconds(0));
    if (const auto* refusal = std::get_if<Refusal>(&opened)) {
        const auto offset = clockOffset(*refusal);
        const CallFailure failure = failureOf(*refusal, upstream.endpoint.url());
        if (!offset) throw failure;
        opened = openWebSocket(upstream, deadlines, *offset);
        if (const auto* again = std::get_if<Refusal>(&opened)) throw failureOf(*again, upstream.endpoint.url());
        reply.explain(std::string_view("signed with the upstream's time, since: " + std::string(failure.what())));
    }
    return std::get<OpenWebSocket>(opened);
}

void endConnection(WebSocket& socket, std::optional<std::uint16_t> code) noexcept {
    try {
        // From here nothing may wait, neither for the close frame nor for TLS's own goodbye.
        socket.setSendTimeout(Poco::Timespan(Poco::Timespan::MILLISECONDS));
        if (code) socket.shutdown(*code);
    } catch (const std::exception&) {
        return;  // the connection is broken already, and who used it has the reason
    }
}

bool isSilent(const WebSocket& socket) {
    // TLS decrypts whole records, and the upgrade's read may have taken more: that does not show on the descriptor.
    if (socket.available() > 0) return false;
    pollfd readable{socket.impl()->sockfd(), POLLIN | POLLRDHUP, 0};
    return ::poll(&readable, 1, 0) == 0;
}

}  // namespace aiproject::iflytek
