// From an address to an open WebSocket: TCP, TLS, the signed upgrade.
#pragma once

#include "iflytek/core/call_deadlines.h"
#include "iflytek/core/core_settings.h"
#include "iflytek/core/read_ahead.h"
#include "iflytek/core/refusal.h"

#include <Poco/Net/WebSocket.h>

#include <variant>

namespace aiproject::iflytek {

struct OpenWebSocket {
    Poco::Net::WebSocket socket;
    ReadAhead::Ptr bytes;  // below it
};

// A refusal is an answer, since one of them is worth a second try. Everything else that goes wrong
// throws CallFailure. The WebSocket is not guarded. `clockOffset` is added to our clock.
std::variant<OpenWebSocket, Refusal> openWebSocket(const Upstream& upstream, CallDeadlines& deadlines,
                                                   std::chrono::seconds clockOffset);

}  // namespace aiproject::iflytek
