// The documented dialect of clients: frames in the shape of Spark's.
#pragma once

#include "api/dialect.h"

namespace aiproject {

class DocumentedWriter final : public AnswerWriter {
public:
    explicit DocumentedWriter(FrameSink& sink) : sink_(sink) {}

    std::string_view frameDialect() const noexcept override { return "spark"; }
    void frame(std::string_view own) override { sink_.put(own); }
    void lastFrame(const FramePlace& place, const std::string& own, const Usage& usage) override;
    void text(const FramePlace& place, std::string_view piece) override;
    void thought(const FramePlace& place, std::string_view piece) override;
    bool showsToolCalls() const noexcept override { return false; }
    void toolCall(const FramePlace& /*place*/, const ToolPiece& /*piece*/) override {}
    void finish(const FramePlace& place, const Usage& usage, Finish reason) override;
    void broken(const FramePlace& place, int code, const std::string& message, const Usage& usage) override;

private:
    FrameSink& sink_;
};

}  // namespace aiproject
