// An answer in one piece.
#pragma once

#include "api/whole_answer.h"
#include "call/call_reply.h"

#include <cstdint>
#include <string>

namespace aiproject {

// Up to a limit.
class CollectReply final : public CallReply {
public:
    // Thoughts and tool calls are kept for clients who can be shown them. Else a thought is dropped, and a tool call,
    // which nobody can have asked for, refused. Times are kept of recordings alone.
    enum class Kept { text, times, all };

    explicit CollectReply(std::uint64_t limit, Kept kept = Kept::text) : limit_(limit), kept_(kept) {}

    bool text(Text piece) noexcept override;
    bool thought(Text piece) noexcept override;
    bool toolCall(const ToolPiece& piece) noexcept override;
    void spoken(const Spoken& part) noexcept override;

    const std::string& text() const noexcept { return answer_.text; }
    const WholeAnswer& answer() const noexcept { return answer_; }

protected:
    bool take(std::string_view dialect, std::string_view frame, const FrameLook& look) override;

private:
    bool keep(std::string& whole, std::string_view piece) noexcept;
    bool keepThought(std::string_view piece) noexcept;
    bool keepPiece(const AnswerPiece& piece) noexcept;
    bool keepToolCall(const ToolPiece& piece) noexcept;
    bool counted(bool isTaken) noexcept;
    bool hasRoom(std::size_t bytes) noexcept;

    const std::uint64_t limit_;
    const Kept kept_;
    std::uint64_t size_ = 0;
    WholeAnswer answer_;
};

}  // namespace aiproject
