// One call's WebSocket to the upstream, from connect to close. Used by the thread inside generate()
// only: TLS objects must not be shared by two threads. Everything throws CallFailure.
#pragma once

#include "iflytek/core/call_deadlines.h"
#include "iflytek/core/core_settings.h"
#include "iflytek/core/handshake.h"
#include "iflytek/core/message_reader.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace aiproject::iflytek {

class UpstreamLink {
public:
    // Connects; a handshake refused for our clock is tried once more by the upstream's clock.
    UpstreamLink(const Upstream& upstream, const Timeouts& timeouts, IReply& reply);
    ~UpstreamLink();
    UpstreamLink(const UpstreamLink&) = delete;
    UpstreamLink& operator=(const UpstreamLink&) = delete;

    // Sends one text message; the time of `phase` starts with it.
    void send(const std::string& message, Phase phase);
    // Blocks for the next message, which lies here until the next receive(); then the time of `next` starts.
    std::string_view receive(Phase next = Phase::idleFrame);
    // Whether the next message is here already.
    bool hasMessage() const noexcept { return web_.bytes->hasMessage(); }
    // Takes one frame, for a caller that must not wait longer: nothing when no message came of it.
    std::optional<std::string_view> receiveFrame() { return reader_.takeFrame(); }
    // The time of `phase` starts now.
    void expect(Phase phase) { deadlines_.enter(phase, descriptor()); }
    // Whether there is something to read within `wait`.
    bool isReadable(std::chrono::milliseconds wait) const;

    CallDeadlines& deadlines() { return deadlines_; }

private:
    static OpenWebSocket open(const Upstream& upstream, CallDeadlines& deadlines, IReply& reply);
    int descriptor() const { return web_.socket.impl()->sockfd(); }

    CallDeadlines deadlines_;
    OpenWebSocket web_;
    MessageReader reader_;
};

}  // namespace aiproject::iflytek
