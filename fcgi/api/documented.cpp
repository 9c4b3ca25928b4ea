#include "api/documented.h"

#include "api/spark_frames.h"

#include <optional>

namespace aiproject {

void DocumentedWriter::lastFrame(const FramePlace& place, const std::string& own, const AnswerEnd& end) {
    if (!end.isBilled || saysUsage(own, end.usage)) return sink_.put(own);
    if (const std::optional<std::string> corrected = sparkWithUsage(own, end.usage)) return sink_.put(*corrected);
    std::string text;  // is what counts in a frame that cannot be written again
    for (const AnswerPiece& piece : lookAtSpark(own).pieces)
        if (piece.kind == AnswerPiece::Kind::text) text += piece.text;
    sink_.put(sparkEnd(place, text, end.usage));
}

void DocumentedWriter::text(const FramePlace& place, std::string_view piece) { sink_.put(sparkText(place, piece)); }

void DocumentedWriter::thought(const FramePlace& place, std::string_view piece) {
    sink_.put(sparkThought(place, piece));
}

void DocumentedWriter::finish(const FramePlace& place, const AnswerEnd& end) {
    sink_.put(sparkEnd(place, {}, end.usage));
}

void DocumentedWriter::broken(const FramePlace& place, const Breakage& why, const Usage& usage) {
    sink_.put(sparkBreak(place, why.status, why.message, usage));
}

}  // namespace aiproject
