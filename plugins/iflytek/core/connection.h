// A connection from its first packet to its last word. Who uses it in between is no matter here.
#pragma once

#include "iflytek/core/call_deadlines.h"
#include "iflytek/core/core_settings.h"
#include "iflytek/core/handshake.h"

#include <cstdint>
#include <optional>

namespace aiproject::iflytek {

// Connects; a handshake refused for our clock is tried once more by the upstream's clock, and explained.
// The WebSocket is not guarded. Throws CallFailure.
OpenWebSocket openConnection(const Upstream& upstream, CallDeadlines& deadlines, IReply& reply);

// Says goodbye, unless both sides have, and waits for nothing. The guard must have been withdrawn.
void endConnection(Poco::Net::WebSocket& socket,
                   std::optional<std::uint16_t> code = Poco::Net::WebSocket::WS_NORMAL_CLOSE) noexcept;

// Nothing has come that nobody has read: neither a message, nor a ping, nor the end.
bool isSilent(const Poco::Net::WebSocket& socket);

}  // namespace aiproject::iflytek
