#include "call/collect_reply.h"

#include "base/error.h"

namespace aiproject {

bool CollectReply::add(std::string_view text) noexcept {
    if (!goesOn()) return false;
    if (text_.size() + text.size() > limit_) return end(Stop::answerTooLong);
    try {
        text_ += text;
    } catch (...) {
        return refuseGarbage("the answer cannot be kept: " + describeCurrent());
    }
    ++report_.frames;
    report_.answer.add(text);
    return true;
}

bool CollectReply::text(Text piece) noexcept { return !isAtEnd() && isText(piece) && add(piece); }

// It says that the answer has begun, and nothing else: nobody gets it.
bool CollectReply::thought(Text piece) noexcept { return !isAtEnd() && isText(piece) && add({}); }

bool CollectReply::take(std::string_view /*dialect*/, std::string_view /*frame*/, const FrameLook& look) {
    std::string text;
    for (const AnswerPiece& piece : look.pieces)
        if (piece.kind == AnswerPiece::Kind::text) text += piece.text;
    return add(text);
}

}  // namespace aiproject
