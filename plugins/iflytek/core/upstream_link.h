// One call's way over a connection, from its question to the close. Used by the thread inside generate()
// only: TLS objects must not be shared by two threads. Everything throws CallFailure.
#pragma once

#include "iflytek/core/call_deadlines.h"
#include "iflytek/core/handshake.h"
#include "iflytek/core/message_reader.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace aiproject::iflytek {

class UpstreamLink {
public:
    // Borrows `deadlines`, which may outlive several links.
    UpstreamLink(const OpenWebSocket& web, CallDeadlines& deadlines);
    ~UpstreamLink();
    UpstreamLink(const UpstreamLink&) = delete;
    UpstreamLink& operator=(const UpstreamLink&) = delete;

    // Sends one text message; the time of `phase` starts with it.
    void send(const std::string& message, Phase phase);
    // Blocks for the next message, which lies here until the next receive(); then the time of `next` starts.
    std::string_view receive(Phase next = Phase::idleFrame);
    // Whether the next message is here already.
    bool hasMessage() const noexcept { return web_.bytes->hasMessage(); }
    // Takes what has come, for a caller that must not wait longer: nothing when no message ended with it.
    std::optional<std::string_view> receiveFrame();
    // The time of `phase` starts now.
    void expect(Phase phase) { deadlines_.enter(phase, descriptor()); }
    // Whether there is something to read within `wait`.
    bool isReadable(std::chrono::milliseconds wait) const;

    bool isAnswered() const { return isAnswered_; }  // a message has come

    CallDeadlines& deadlines() { return deadlines_; }

private:
    int descriptor() const { return web_.socket.impl()->sockfd(); }

    CallDeadlines& deadlines_;
    OpenWebSocket web_;
    MessageReader reader_;
    bool isAnswered_ = false;
};

}  // namespace aiproject::iflytek
