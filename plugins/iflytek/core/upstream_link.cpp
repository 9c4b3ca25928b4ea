#include "iflytek/core/upstream_link.h"

#include "iflytek/core/connection.h"

#include <poll.h>

namespace aiproject::iflytek {

using Poco::Net::WebSocket;

UpstreamLink::UpstreamLink(const OpenWebSocket& web, CallDeadlines& deadlines)
    : deadlines_(deadlines), web_(web), reader_(web_.socket, *web_.bytes, deadlines_) {}

UpstreamLink::~UpstreamLink() {
    deadlines_.withdraw();
    endConnection(web_.socket, reader_.goodbye());
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
    isAnswered_ = true;
    deadlines_.enter(next, descriptor());
    return message;
}

std::optional<std::string_view> UpstreamLink::receiveFrame() {
    const auto message = reader_.takeFrame();
    isAnswered_ |= message.has_value();
    return message;
}

bool UpstreamLink::isReadable(std::chrono::milliseconds wait) const {
    // TLS decrypts whole records: what is left of one does not show on the descriptor.
    if (web_.socket.available() > 0) return true;
    pollfd waiting{descriptor(), POLLIN, 0};
    return ::poll(&waiting, 1, static_cast<int>(wait.count())) > 0;
}

}  // namespace aiproject::iflytek
