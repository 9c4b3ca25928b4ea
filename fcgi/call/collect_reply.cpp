#include "call/collect_reply.h"

#include "base/error.h"
#include "base/utf8.h"

#include <algorithm>

namespace aiproject {

// Takes so many bytes of the limit. False: they are too many, and the answer has ended.
bool CollectReply::hasRoom(std::size_t bytes) noexcept {
    if (size_ + bytes > limit_) return end(Stop::answerTooLong);
    size_ += bytes;
    return true;
}

// False: it was not taken.
bool CollectReply::keep(std::string& whole, std::string_view piece) noexcept {
    if (!goesOn() || !hasRoom(piece.size())) return false;
    try {
        whole += piece;
    } catch (...) {
        return refuseGarbage("the answer cannot be kept: " + describeCurrent());
    }
    report_.answer.add(piece);
    return true;
}

// One that is dropped says that the answer has begun, and nothing else.
bool CollectReply::keepThought(std::string_view piece) noexcept {
    return keep(answer_.thought, kept_ == Kept::all ? piece : std::string_view());
}

bool CollectReply::keepToolCall(const ToolPiece& piece) noexcept {
    if (kept_ != Kept::all) return CallReply::toolCall(piece);
    try {
        if (piece.index >= answer_.toolCalls.size()) answer_.toolCalls.resize(piece.index + 1UL);
    } catch (...) {
        return refuseGarbage("the answer cannot be kept: " + describeCurrent());
    }
    KeptToolCall& call = answer_.toolCalls[piece.index];
    return (!call.id.empty() || keep(call.id, piece.id)) && (!call.name.empty() || keep(call.name, piece.name)) &&
           keep(call.arguments, piece.arguments);
}

bool CollectReply::counted(bool isTaken) noexcept {
    if (isTaken) ++report_.frames;
    return isTaken;
}

bool CollectReply::text(Text piece) noexcept {
    return !isAtEnd() && isText(piece) && counted(keep(answer_.text, piece));
}

bool CollectReply::thought(Text piece) noexcept { return !isAtEnd() && isText(piece) && counted(keepThought(piece)); }

bool CollectReply::toolCall(const ToolPiece& piece) noexcept {
    return !isAtEnd() && isToolPiece(piece) && counted(keepToolCall(piece));
}

void CollectReply::spoken(const Spoken& part) noexcept {
    if (kept_ != Kept::times || isAtEnd() || !isText(part.text) || !isText(part.language) || !goesOn()) return;
    constexpr double latest = 1e9;  // more seconds than any recording has
    if (!(part.begin >= 0 && part.end >= part.begin && part.end <= latest)) {
        refuseGarbage("the plugin's part of a recording has wrong times");
        return;
    }
    if (!hasRoom(part.text.size + sizeof(KeptPart))) return;
    try {
        answer_.parts.push_back({part.begin, part.end, part.text.str()});
        if (answer_.language.empty()) answer_.language = beginOf(part.language, 32);
        ++report_.frames;
    } catch (...) {
        refuseGarbage("the answer cannot be kept: " + describeCurrent());
    }
}

bool CollectReply::keepPiece(const AnswerPiece& piece) noexcept {
    switch (piece.kind) {
        case AnswerPiece::Kind::text: break;
        case AnswerPiece::Kind::thought: return keepThought(piece.text);
        case AnswerPiece::Kind::refusal: return keep(kept_ == Kept::all ? answer_.refusal : answer_.text, piece.text);
    }
    return keep(answer_.text, piece.text);
}

bool CollectReply::take(std::string_view /*dialect*/, std::string_view frame, const FrameLook& look) {
    if (!keep(answer_.text, {})) return false;
    for (const AnswerPiece& piece : look.pieces)
        if (!keepPiece(piece)) return false;
    if (look.hasExtras && kept_ == Kept::all && !hasRoom(answer_.extras.add(frame, limit_ - size_))) return false;
    return counted(std::all_of(look.toolPieces.begin(), look.toolPieces.end(),
                               [this](const ToolPiece& piece) { return keepToolCall(piece); }));
}

}  // namespace aiproject
