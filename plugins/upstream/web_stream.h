// An answer that comes over a WebSocket, as the host follows it: one read for each advance(), without blocking, and
// every message in it. Time is the host's, so a stream knows no deadline; and between two reads it holds no more than
// the part of a message that has come.
#pragma once

#include "aiproject/imodel.h"
#include "upstream/link.h"
#include "upstream/websocket.h"
#include "upstream/websocket_frames.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aiproject::outbound {

class WebStream : public IStream {
public:
    WebStream(const WebStream&) = delete;
    WebStream& operator=(const WebStream&) = delete;

    int descriptor() const noexcept final { return link_.descriptor(); }
    Step advance(IReply& reply) noexcept final;
    ModelStatus status() const noexcept final { return status_; }
    void destroy() noexcept final;

protected:
    // The question has been sent.
    explicit WebStream(OpenWebSocket web);
    virtual ~WebStream() = default;

    // The next message: valid UTF-8, and there until this returns. Answers how the answer has ended, or `streaming`.
    // May throw CallFailure.
    virtual ModelStatus take(std::string_view message, IReply& reply) = 0;

private:
    ModelStatus readOnce(IReply& reply, Next& next);
    ModelStatus takeAll(std::string_view bytes, IReply& reply);
    void say(FrameKind kind, std::string_view payload);
    void sendUnsent();
    [[noreturn]] void closed(std::string_view payload);
    [[noreturn]] void broke(const std::string& reason) const;

    Link link_;
    std::string rest_;  // came with the upgrade
    FrameDecoder decoder_;
    std::string unsent_;                                                            // what the upstream did not take
    std::optional<std::uint16_t> goodbye_ = Poco::Net::WebSocket::WS_NORMAL_CLOSE;  // nothing: both have said it
    ModelStatus status_ = ModelStatus::streaming;
    bool hasWaited_;
    bool isAnswered_ = false;  // a message has come
    bool isMute_ = false;      // nothing can be sent any more
};

}  // namespace aiproject::outbound
