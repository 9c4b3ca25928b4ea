// An answer that goes to the client frame by frame.
#pragma once

#include "api/dialect.h"
#include "call/call_reply.h"

#include <optional>
#include <string>

namespace aiproject {

// A frame of the client's dialect passes byte for byte, all else is made by the writer. The last frame is kept until
// finish(), so that what the client takes for the end comes after all that must be on disk by then. Each frame is
// flushed, but those of a stream that is followed: there who follows does it once for all that one advance() brought.
class StreamReply final : public CallReply {
public:
    // All outlive it, the id until its last frame, and `writer` puts into `sink`.
    StreamReply(FrameSink& sink, AnswerWriter& writer, std::string_view requestId)
        : sink_(sink), writer_(writer), requestId_(requestId) {}

    bool text(Text piece) noexcept override;
    bool thought(Text piece) noexcept override;
    bool toolCall(const ToolPiece& piece) noexcept override;
    bool bytes(Text piece) noexcept override;
    void checkWhole() noexcept override;
    bool flush() noexcept override;
    void correctUsage(const Usage& billed) override;

    // Sends the last frame: the upstream's, or the writer's.
    void finish();
    using CallReply::finish;  // of the contract
    // The same, instead of the upstream's, when the stream broke.
    void finishBroken(const Breakage& why);

protected:
    bool take(std::string_view dialect, std::string_view frame, const FrameLook& look) override;
    bool isAtEnd() const noexcept override { return report_.hasLast || isFinished_; }

private:
    // `write` puts one frame, with which so much of the answer is taken.
    template <class Write>
    bool pass(const TokenEstimate& answer, Write&& write) noexcept;
    bool translate(const FrameLook& look);
    bool refusal(Text piece) noexcept;
    void keepLast(std::string_view frame, const TokenEstimate& answer);
    FramePlace place() const noexcept;

    struct Sent {  // that the client has
        std::uint64_t frames = 0;
        TokenEstimate answer;
    };

    FrameSink& sink_;
    AnswerWriter& writer_;
    const std::string_view requestId_;
    std::uint64_t written_ = 0;  // frames that were put
    bool isWaiting_ = false;     // some of them wait for flush()
    Sent sent_;
    std::optional<std::string> last_;  // the upstream's, in the client's dialect
    std::optional<Usage> billed_;
    bool isFinished_ = false;
};

}  // namespace aiproject
