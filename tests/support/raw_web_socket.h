// Connections without their handshake, over a descriptor that they own from then on.
#pragma once

#include "upstream/websocket.h"

#include <Poco/Net/HTTPSession.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <Poco/Net/WebSocket.h>
#include <Poco/Net/WebSocketImpl.h>

namespace aiproject::test {

struct SocketOf final : Poco::Net::StreamSocket {
    explicit SocketOf(int descriptor) : StreamSocket(new Poco::Net::StreamSocketImpl(descriptor)) {}
};

// Poco makes a WebSocket only by a handshake; its parts can be put together without one.
inline outbound::OpenWebSocket rawWebSocket(int descriptor, const outbound::Patience& patience = {}) {
    class NoSession final : public Poco::Net::HTTPSession {};
    struct SocketOver final : Poco::Net::Socket {
        explicit SocketOver(Poco::Net::SocketImpl* implementation) : Socket(implementation) {}
    };
    NoSession session;
    outbound::LinkSocket::Ptr below(new outbound::LinkSocket(outbound::Link(SocketOf(descriptor)), patience));
    return {SocketOver(new Poco::Net::WebSocketImpl(below.get(), session, true)), below};
}

}  // namespace aiproject::test
