// An answer of speech: the bytes that the model makes, as they are.
#pragma once

#include "api/dialect.h"

namespace aiproject {

// Anything else that a plugin answers is refused: the functions for it throw.
class SpeechWriter final : public AnswerWriter {
public:
    explicit SpeechWriter(FrameSink& sink) : sink_(sink) {}

    std::string_view frameDialect() const noexcept override { return {}; }
    void frame(const FramePlace& place, std::string_view own, const FrameLook& look) override;
    void lastFrame(const FramePlace& place, const std::string& own, const AnswerEnd& end) override;
    void text(const FramePlace& place, std::string_view piece) override;
    void thought(const FramePlace& place, std::string_view piece) override;
    bool showsToolCalls() const noexcept override { return false; }
    void toolCall(const FramePlace& place, const ToolPiece& piece) override;
    bool takesBytes() const noexcept override { return true; }
    void bytes(const FramePlace& /*place*/, std::string_view piece) override { sink_.put(piece); }
    void finish(const FramePlace& /*place*/, const AnswerEnd& /*end*/) override {}
    void broken(const FramePlace& /*place*/, const Breakage& /*why*/, const Usage& /*usage*/) override {
        sink_.abandon();
    }

private:
    FrameSink& sink_;
};

}  // namespace aiproject
