// A WebSocket over a link: Poco judges the answer to the upgrade and sends frames; what comes is read from the link, by
// `websocket_frames`.
#pragma once

#include "upstream/deadlines.h"
#include "upstream/endpoint.h"
#include "upstream/link_socket.h"

#include "aiproject/redaction.h"

#include <Poco/Net/WebSocket.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace aiproject::outbound {

struct OpenWebSocket {
    Poco::Net::WebSocket socket;
    LinkSocket::Ptr below;
    std::string note = {};   // for the log of the call that uses it; mostly empty
    bool hasWaited = false;  // for its question, so it may be dead
};

struct HttpRefusal {  // what came instead of an upgrade
    int status = 0;
    std::string body;  // its beginning
    std::string date;  // the Date header; may be empty
};

// The link becomes a WebSocket at `target`, path and query. A refusal is an answer, since one of them is worth a second
// try; everything else that goes wrong throws CallFailure. `secrets` says what no text may repeat; it is asked only
// when there is such a text, since a Redaction is dear. The WebSocket is not guarded.
std::variant<OpenWebSocket, HttpRefusal> upgrade(Link link, const Endpoint& endpoint, const std::string& target,
                                                 const std::function<Redaction()>& secrets, Deadlines& deadlines);

// Says goodbye, unless both sides have, and waits for nothing. The guard must have been withdrawn.
void endWebSocket(OpenWebSocket& web,
                  std::optional<std::uint16_t> code = Poco::Net::WebSocket::WS_NORMAL_CLOSE) noexcept;

// Nothing has come that nobody has read: neither a message, nor a ping, nor the end.
bool isSilent(const OpenWebSocket& web);

}  // namespace aiproject::outbound
