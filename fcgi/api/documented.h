// The documented dialect of clients: frames in the shape of Spark's.
#pragma once

#include "api/dialect.h"

namespace aiproject {

class DocumentedWriter final : public AnswerWriter {
public:
    explicit DocumentedWriter(FrameSink& sink) : sink_(sink) {}

    std::string_view frameDialect() const noexcept override { return "spark"; }
    void frame(const FramePlace& /*place*/, std::string_view own, const FrameLook& /*look*/) override {
        sink_.put(own);
    }
    void lastFrame(const FramePlace& place, const std::string& own, const AnswerEnd& end) override;
    void text(const FramePlace& place, std::string_view piece) override;
    void thought(const FramePlace& place, std::string_view piece) override;
    bool showsToolCalls() const noexcept override { return false; }
    void toolCall(const FramePlace& /*place*/, const ToolPiece& /*piece*/) override {}
    void finish(const FramePlace& place, const AnswerEnd& end) override;
    void broken(const FramePlace& place, const Breakage& why, const Usage& usage) override;

private:
    FrameSink& sink_;
};

}  // namespace aiproject
