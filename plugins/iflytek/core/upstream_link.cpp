#include "iflytek/core/upstream_link.h"

#include <poll.h>

namespace aiproject::iflytek {

using Poco::Net::WebSocket;

OpenWebSocket UpstreamLink::open(const Upstream& upstream, CallDeadlines& deadlines, IReply& reply) {
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

UpstreamLink::UpstreamLink(const Upstream& upstream, const Timeouts& timeouts, IReply& reply)
    : deadlines_(reply, timeouts, upstream.endpoint.authority()),
      web_(open(upstream, deadlines_, reply)),
      reader_(web_.socket, deadlines_) {}

UpstreamLink::~UpstreamLink() {
    deadlines_.withdraw();
    try {
        // From here nothing may wait, neither for the close frame nor for TLS's own goodbye.
        web_.socket.setSendTimeout(Poco::Timespan(Poco::Timespan::MILLISECONDS));
        web_.socket.shutdown(WebSocket::WS_NORMAL_CLOSE);
    } catch (const Poco::Exception&) {
        return;  // the connection is broken already, and the call has its reason
    }
}

void UpstreamLink::send(const std::string& message, Phase phase) {
    deadlines_.enter(phase, descriptor());
    try {
        web_.socket.sendFrame(message.data(), static_cast<int>(message.size()), WebSocket::FRAME_TEXT);
    } catch (const Poco::Exception& e) {
        deadlines_.fail(ModelStatus::unavailable,
                        "the connection to the upstream broke while sending: " + e.displayText());
    }
}

std::string_view UpstreamLink::receive(Phase next) {
    const std::string_view message = reader_.next();
    deadlines_.enter(next, descriptor());
    return message;
}

bool UpstreamLink::isReadable(std::chrono::milliseconds wait) const {
    // TLS decrypts whole records: what is left of one does not show on the descriptor.
    if (web_.socket.available() > 0) return true;
    pollfd waiting{descriptor(), POLLIN, 0};
    return ::poll(&waiting, 1, static_cast<int>(wait.count())) > 0;
}

}  // namespace aiproject::iflytek
