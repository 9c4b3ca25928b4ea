// One call's way over a WebSocket on the calling thread, from its question to the close: sends, reads whole text
// messages, answers pings, refuses what breaks the protocol. Everything throws CallFailure, also when the peer closes.
// Time is the guard's business: only a whole message starts it anew, so neither drops of bytes nor pings hold a call
// open.
#pragma once

#include "upstream/deadlines.h"
#include "upstream/idle_links.h"
#include "upstream/websocket.h"
#include "upstream/websocket_frames.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace aiproject::outbound {

class Call {
public:
    // Borrows `deadlines`, which may outlive several calls.
    Call(OpenWebSocket web, Deadlines& deadlines);
    ~Call();  // closes
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    // Sends one text message; the time of `phase` starts with it.
    void send(const std::string& message, Phase phase);
    // Blocks for the next message, valid UTF-8, which lies here until the next call; then the time of `next` starts.
    std::string_view receive(Phase next = Phase::idleFrame);
    // Blocks for the next bytes only, for a caller that must not wait longer: nothing when no message ended with them.
    std::optional<std::string_view> receiveFrame();
    // The time of `phase` starts now.
    void expect(Phase phase) { deadlines_.enter(phase, descriptor()); }
    // Whether there is something to read within `wait`.
    bool isReadable(std::chrono::milliseconds wait) const;

    bool isAnswered() const { return isAnswered_; }  // a message has come
    // The connection, its question sent, nothing read of it, and not guarded. Nothing else may be called then.
    OpenWebSocket release();

    Deadlines& deadlines() { return deadlines_; }

private:
    int descriptor() const { return web_.below->link().descriptor(); }
    std::optional<std::string_view> takeFrame();
    bool fill();
    std::optional<std::string_view> take(const Frame& frame);
    void answer(int opcode, std::string_view payload);
    [[noreturn]] void closed(std::string_view payload);
    [[noreturn]] void ended() const;

    OpenWebSocket web_;
    Deadlines& deadlines_;
    FrameDecoder decoder_;
    std::string rest_;  // of what came with the upgrade
    std::array<char, 2048> buffer_;
    std::string_view held_;  // what has come and was not decoded: of rest_ or buffer_
    std::optional<std::uint16_t> goodbye_ = Poco::Net::WebSocket::WS_NORMAL_CLOSE;  // nothing: both have said it
    bool isAnswered_ = false;
};

// Asks and hands on; answers how the call ended, throws CallFailure. Run a second time, it asks anew.
using Converse = std::function<ModelStatus(Call&)>;

// A whole call, on a connection that waits or on a new one.
//
// A warm connection may have died in the instant of its use. So when it breaks before a message of the answer has come,
// and the time for connecting (counted from the call's start) is not over, `converse` is run once more on a new
// connection, with what is left of that time. Not when the host wishes the end, nor when the upstream answered, be it
// an error; and never twice. A call that the host asks again by itself (`freshConnection`) begins with a new one.
ModelStatus callUpstream(IdleLinks& links, const ModelRequest& request, IReply& reply, const Converse& converse);

// The same as far as the question has been sent: an answer that breaks later is not asked for again here.
OpenWebSocket askUpstream(IdleLinks& links, const ModelRequest& request, IReply& reply, const std::string& question);

}  // namespace aiproject::outbound
