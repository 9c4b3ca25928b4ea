// A WebSocket without its handshake, over a descriptor that it owns from then on.
#pragma once

#include "iflytek/core/read_ahead.h"

#include <Poco/AutoPtr.h>
#include <Poco/Net/HTTPSession.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <Poco/Net/WebSocket.h>
#include <Poco/Net/WebSocketImpl.h>

namespace aiproject::test {

struct RawWebSocket {
    explicit RawWebSocket(int descriptor)
        : bytes(new iflytek::ReadAhead(StreamOver(descriptor))), socket(SocketOver(bytes)) {}

    iflytek::ReadAhead::Ptr bytes;
    Poco::Net::WebSocket socket;

private:
    // Poco makes a WebSocket only by a handshake; its parts can be put together without one.
    class NoSession final : public Poco::Net::HTTPSession {};

    struct StreamOver final : Poco::Net::StreamSocket {
        explicit StreamOver(int descriptor) : StreamSocket(new Poco::Net::StreamSocketImpl(descriptor)) {}
    };
    struct SocketOver final : Poco::Net::Socket {
        explicit SocketOver(iflytek::ReadAhead::Ptr& bytes) : Socket(implementation(bytes)) {}
        static Poco::Net::SocketImpl* implementation(iflytek::ReadAhead::Ptr& bytes) {
            NoSession session;
            return new Poco::Net::WebSocketImpl(bytes.get(), session, true);
        }
    };
};

}  // namespace aiproject::test
