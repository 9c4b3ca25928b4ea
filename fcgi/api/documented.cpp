#include "api/documented.h"

#include "api/spark_frames.h"

#include <optional>

namespace aiproject {

void DocumentedWriter::lastFrame(const FramePlace& place, const std::string& own, const Usage& usage) {
    if (const std::optional<std::string> corrected = sparkWithUsage(own, usage)) return sink_.put(*corrected);
    std::string text;  // is what counts in a frame that cannot be written again
    for (const AnswerPiece& piece : lookAtSpark(own).pieces)
        if (piece.kind == AnswerPiece::Kind::text) text += piece.text;
    sink_.put(sparkEnd(place, text, usage));
}

void DocumentedWriter::text(const FramePlace& place, std::string_view piece) { sink_.put(sparkText(place, piece)); }

void DocumentedWriter::thought(const FramePlace& place, std::string_view piece) {
    sink_.put(sparkThought(place, piece));
}

void DocumentedWriter::finish(const FramePlace& place, const Usage& usage, Finish /*reason*/) {
    sink_.put(sparkEnd(place, {}, usage));
}

void DocumentedWriter::broken(const FramePlace& place, int code, const std::string& message, const Usage& usage) {
    sink_.put(sparkBreak(place, code, message, usage));
}

}  // namespace aiproject
