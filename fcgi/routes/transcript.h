// A transcript as clients of OpenAI read it: in one piece in five formats, or as a stream. Pure.
#pragma once

#include "api/dialect.h"
#include "api/whole_answer.h"
#include "routes/transcription.h"

#include <cstddef>
#include <string>

namespace aiproject {

struct WholeTranscript {
    const WholeAnswer& answer;
    std::string language;  // that the client has named
    double seconds;        // of the recording
};

struct TranscriptText {
    const char* contentType;
    std::string body;
};

// Where the model has told no times, the whole text is one part as long as the recording.
TranscriptText transcriptAs(TranscriptFormat format, const WholeTranscript& transcript);

// Events of the types transcript.text.delta and, at the end of a whole transcript, transcript.text.done.
class TranscriptWriter final : public AnswerWriter {
public:
    // The last event repeats the whole text, which has this limit.
    TranscriptWriter(FrameSink& sink, double seconds, std::size_t limit)
        : sink_(sink), seconds_(seconds), limit_(limit) {}

    std::string_view frameDialect() const noexcept override { return {}; }  // no upstream's frames are for it
    void frame(const FramePlace& /*place*/, std::string_view /*own*/, const FrameLook& /*look*/) override {}
    void lastFrame(const FramePlace& place, const std::string& /*own*/, const AnswerEnd& end) override {
        finish(place, end);
    }
    void text(const FramePlace& place, std::string_view piece) override;
    void thought(const FramePlace& /*place*/, std::string_view /*piece*/) override {}
    bool showsToolCalls() const noexcept override { return false; }
    void toolCall(const FramePlace& /*place*/, const ToolPiece& /*piece*/) override {}
    void finish(const FramePlace& place, const AnswerEnd& end) override;
    void broken(const FramePlace& place, const Breakage& why, const Usage& usage) override;

private:
    FrameSink& sink_;
    const double seconds_;
    const std::size_t limit_;
    std::string whole_;
};

}  // namespace aiproject
