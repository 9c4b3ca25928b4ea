#include "upstream/web_stream.h"

#include "upstream/failure.h"
#include "upstream/random.h"

#include <array>
#include <utility>

namespace aiproject::outbound {

WebStream::WebStream(OpenWebSocket web)
    : link_(web.below->takeLink()), rest_(web.below->takeRest()), hasWaited_(web.hasWaited) {}

Step WebStream::advance(IReply& reply) noexcept {
    Next next = Next::over;
    status_ = answerAtEdge(reply, [&] {
        try {
            return readOnce(reply, next);
        } catch (const FrameFault& fault) {
            goodbye_ = fault.closeCode();
            throw CallFailure(ModelStatus::failed, fault.what());
        } catch (const LinkFault& fault) {
            broke("the connection to the upstream broke: " + std::string(fault.what()));
        }
    });
    return status_ == ModelStatus::streaming ? next : Next::over;
}

void WebStream::destroy() noexcept {
    try {
        if (goodbye_) say(FrameKind::close, closePayload(*goodbye_));
    } catch (const std::exception&) {
        isMute_ = true;  // out of memory or random bytes; no goodbye then
    }
    delete this;
}

ModelStatus WebStream::readOnce(IReply& reply, Next& next) {
    sendUnsent();
    if (!rest_.empty()) {
        next = link_.hasPending() ? Next::again : Next::readable;
        return takeAll(std::exchange(rest_, {}), reply);
    }
    constexpr std::size_t longestTlsRecord = 16'384;
    std::array<char, longestTlsRecord> buffer;  // on the stack, since a stream that waits needs none
    const Moved got = link_.receive(buffer.data(), buffer.size());
    if (got.next == Next::over)
        broke(decoder_.isInsideFrame() ? "the upstream broke off in the middle of a frame"
                                       : "the upstream ended the connection before the end of the answer");
    next = got.next;
    return takeAll({buffer.data(), got.bytes}, reply);
}

ModelStatus WebStream::takeAll(std::string_view bytes, IReply& reply) {
    for (;;) {
        const auto frame = decoder_.take(bytes);
        if (!frame && bytes.empty()) return ModelStatus::streaming;
        if (!frame) continue;
        switch (frame->kind) {
            case FrameKind::text: {
                isAnswered_ = true;
                const ModelStatus status = take(frame->payload, reply);
                if (status != ModelStatus::streaming) return status;
                break;
            }
            // While one is still unsent, the upstream does not read; a later pong answers this ping too (RFC
            // 6455, 5.5.3).
            case FrameKind::ping:
                if (unsent_.empty()) say(FrameKind::pong, frame->payload);
                break;
            case FrameKind::pong: break;
            case FrameKind::close: closed(frame->payload);
        }
    }
}

void WebStream::say(FrameKind kind, std::string_view payload) {
    unsent_ += clientFrame(kind, payload, randomBytes<4>());  // behind a part of another frame, perhaps
    sendUnsent();
}

// An upstream that hears nothing any more may still have said something, so this is no reason to end.
void WebStream::sendUnsent() {
    try {
        while (!unsent_.empty() && !isMute_) {
            const Moved sent = link_.send(unsent_);
            if (sent.bytes == 0) return;
            unsent_.erase(0, sent.bytes);
        }
    } catch (const LinkFault&) {
        isMute_ = true;
    }
}

void WebStream::closed(std::string_view payload) {
    const CloseWords close = closeWordsOf(payload);
    std::string text = "the upstream closed with " + close.said;
    goodbye_ = close.answer;
    if (!goodbye_) say(FrameKind::close, payload);
    if (isMute_) text += ", and was gone at once";  // the close that it sent is what counts
    broke(text + " before the end of the answer" + close.fault);
}

void WebStream::broke(const std::string& reason) const {
    if (hasWaited_ && !isAnswered_) throw CallFailure(ModelStatus::stale, "on a warm connection: " + reason);
    throw CallFailure(ModelStatus::unavailable, reason);
}

}  // namespace aiproject::outbound
