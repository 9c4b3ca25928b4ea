// OpenAI's dialect of clients: chunks of a chat completion, and [DONE] after a whole answer.
#pragma once

#include "api/dialect.h"
#include "api/openai_write.h"

#include <cstdint>
#include <string>
#include <vector>

namespace aiproject {

class OpenAiWriter final : public AnswerWriter {
public:
    enum class Usages { told, hidden };  // what the client has asked for in stream_options

    // `head` without an id: the upstream's is taken, or made of the request's. An upstream that speaks this dialect has
    // its own time and model instead.
    OpenAiWriter(FrameSink& sink, OpenAiHead head, Usages usages)
        : sink_(sink), head_(std::move(head)), usages_(usages) {}

    std::string_view frameDialect() const noexcept override { return "openai"; }
    void frame(const FramePlace& place, std::string_view own, const FrameLook& look) override;
    void meet(const FramePlace& place, const FrameLook& look) override;
    void lastFrame(const FramePlace& place, const std::string& own, const AnswerEnd& end) override;
    void text(const FramePlace& place, std::string_view piece) override { put(place, "content", piece); }
    void thought(const FramePlace& place, std::string_view piece) override { put(place, "reasoning_content", piece); }
    void refusal(const FramePlace& place, std::string_view piece) override { put(place, "refusal", piece); }
    bool showsToolCalls() const noexcept override { return true; }
    void toolCall(const FramePlace& place, const ToolPiece& piece) override;
    void finish(const FramePlace& place, const AnswerEnd& end) override;
    void broken(const FramePlace& place, const Breakage& why, const Usage& usage) override;

private:
    void begin(const FramePlace& place);
    void put(const FramePlace& place, const char* member, std::string_view text);
    void putChunk(std::string_view delta, std::string_view finish = {});
    void putEnd(const Usage& usage);
    bool isFirstOf(std::uint32_t toolCall);
    Finish finishOf(const AnswerEnd& end) const noexcept;

    FrameSink& sink_;
    OpenAiHead head_;
    const Usages usages_;
    bool hasBegun_ = false;
    std::vector<bool> toolCalls_;  // that have begun
};

}  // namespace aiproject
