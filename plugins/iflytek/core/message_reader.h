// Whole text messages of an upstream: reads, answers pings, refuses what breaks the protocol. Time is the guard's
// business: only a whole message starts it anew, so neither drops of bytes nor pings hold a call open.
#pragma once

#include "iflytek/core/call_deadlines.h"
#include "iflytek/core/frame_decoder.h"
#include "iflytek/core/read_ahead.h"

#include <Poco/Net/WebSocket.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace aiproject::iflytek {

class MessageReader {
public:
    // Sends by `socket`, reads from `bytes` below it.
    MessageReader(Poco::Net::WebSocket& socket, ReadAhead& bytes, const CallDeadlines& deadlines);

    // Blocks for the next message, valid UTF-8, which lies here until the next call. Throws CallFailure, also
    // when the peer closes.
    std::string_view next();
    // Blocks for the next bytes only: nothing when no message ended with them.
    std::optional<std::string_view> takeFrame();

    // With what to close; nothing: the closing handshake is done.
    std::optional<std::uint16_t> goodbye() const noexcept { return goodbye_; }

private:
    std::optional<std::string_view> take(const Frame& frame);
    void answer(int opcode, std::string_view payload);
    [[noreturn]] void closed(std::string_view payload);
    [[noreturn]] void ended() const;

    Poco::Net::WebSocket& socket_;
    ReadAhead& bytes_;
    const CallDeadlines& deadlines_;
    FrameDecoder decoder_;
    std::optional<std::uint16_t> goodbye_ = Poco::Net::WebSocket::WS_NORMAL_CLOSE;
};

}  // namespace aiproject::iflytek
