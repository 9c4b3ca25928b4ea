// Whole text messages out of WebSocket frames: joins fragments, answers pings, refuses what the
// protocol does not have. Time is the guard's business: only a whole message starts it anew, so
// neither drops of bytes nor pings hold a call open.
#pragma once

#include "iflytek/core/call_deadlines.h"

#include <Poco/Buffer.h>
#include <Poco/Net/WebSocket.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace aiproject::iflytek {

constexpr std::size_t kMaxMessageBytes = 1024UL * 1024;  // a token's frame has about 200

class MessageReader {
public:
    MessageReader(Poco::Net::WebSocket& socket, const CallDeadlines& deadlines);

    // Blocks for the next message, valid UTF-8, which lies here until the next call. Throws CallFailure, also
    // when the peer closes.
    std::string_view next();
    // Blocks for one frame only: nothing when it was a ping, a pong or a part.
    std::optional<std::string_view> takeFrame();

private:
    using Message = std::optional<std::string_view>;

    Message take(int flags);
    Message append(bool isFinal);
    [[noreturn]] void closed();
    void answer(int opcode);

    Poco::Net::WebSocket& socket_;
    const CallDeadlines& deadlines_;
    Poco::Buffer<char> frame_{0};
    std::string parts_;    // of a fragmented message
    bool isOpen_ = false;  // a fragmented message has begun
};

}  // namespace aiproject::iflytek
