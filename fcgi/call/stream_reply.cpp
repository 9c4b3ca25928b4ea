#include "call/stream_reply.h"

#include "base/error.h"

#include <algorithm>
#include <utility>

namespace aiproject {
namespace {

void add(TokenEstimate& answer, const ToolPiece& piece) {
    answer.add(piece.name);
    answer.add(piece.arguments);
}

}  // namespace

template <class Write>
bool StreamReply::pass(const TokenEstimate& answer, Write&& write) noexcept {
    if (!goesOn()) return false;
    sink_.passing(answer);
    try {
        write();
    } catch (const AnswerTooLong&) {
        return end(Stop::answerTooLong);
    } catch (...) {
        return refuseGarbage("a piece of the answer cannot be passed on: " + describeCurrent());
    }
    ++written_;
    ++report_.frames;
    report_.answer = answer;
    isWaiting_ = true;
    return isFollowed() || flush();
}

bool StreamReply::flush() noexcept {
    if (!std::exchange(isWaiting_, false)) return true;
    call().pauseGuard();  // the time of a client that reads slowly is not the upstream's
    bool isSent = false;
    std::string fault;
    try {
        isSent = sink_.flush();
    } catch (...) {
        fault = "the answer cannot be sent: " + describeCurrent();
    }
    call().resumeGuard();
    if (isSent) {
        sent_ = {report_.frames, report_.answer};
        return true;
    }
    report_.frames = sent_.frames;
    report_.answer = sent_.answer;
    return fault.empty() ? end(Stop::clientLeft) : refuseGarbage(fault);
}

FramePlace StreamReply::place() const noexcept {
    return {report_.upstreamId.empty() ? requestId_ : std::string_view(report_.upstreamId), written_};
}

bool StreamReply::text(Text piece) noexcept {
    if (isAtEnd() || !isText(piece)) return false;
    TokenEstimate answer = report_.answer;
    answer.add(piece);
    return pass(answer, [&] { writer_.text(place(), piece); });
}

bool StreamReply::thought(Text piece) noexcept {
    if (isAtEnd() || !isText(piece)) return false;
    TokenEstimate answer = report_.answer;
    answer.add(piece);
    return pass(answer, [&] { writer_.thought(place(), piece); });
}

// The contract has no word for it: only frames say that.
bool StreamReply::refusal(Text piece) noexcept {
    TokenEstimate answer = report_.answer;
    answer.add(piece);
    return pass(answer, [&] { writer_.refusal(place(), piece); });
}

bool StreamReply::toolCall(const ToolPiece& piece) noexcept {
    if (isAtEnd()) return false;
    if (!writer_.showsToolCalls()) return CallReply::toolCall(piece);
    if (!isToolPiece(piece)) return false;
    TokenEstimate answer = report_.answer;
    add(answer, piece);
    return pass(answer, [&] { writer_.toolCall(place(), piece); });
}

bool StreamReply::bytes(Text piece) noexcept {
    if (isAtEnd()) return false;
    if (!writer_.takesBytes()) return CallReply::bytes(piece);
    if (!isOfAFrame(piece)) return false;
    if (piece.size == 0) return true;
    const bool isPassed = pass(report_.answer, [&] { writer_.bytes(place(), piece); });
    if (isPassed) report_.spoken.add(piece);
    return isPassed;
}

// A client cannot tell a speech of nothing from one that is whole.
void StreamReply::checkWhole() noexcept {
    if (writer_.takesBytes() && !hasBegun() && !report_.isCut) blame("the plugin answered without a byte of speech");
}

bool StreamReply::take(std::string_view dialect, std::string_view frame, const FrameLook& look) {
    const bool isOwn = dialect == writer_.frameDialect();
    const bool isLast = look.seen == Seen::last || look.isEnd;
    if (isOwn && (isLast || !look.isWhole)) writer_.meet(place(), look);
    if (!isOwn || !look.isWhole) return translate(look);
    const std::string_view own = look.completed.empty() ? frame : look.completed;
    TokenEstimate answer = report_.answer;
    for (const AnswerPiece& piece : look.pieces) answer.add(piece.text);
    for (const ToolPiece& piece : look.toolPieces) add(answer, piece);
    if (!isLast) return pass(answer, [&] { writer_.frame(place(), own, look); });
    keepLast(own, answer);
    return true;
}

// For a client of another dialect, and of a last frame in which clients would miss something.
bool StreamReply::translate(const FrameLook& look) {
    std::string text, thought, refusal;
    for (const AnswerPiece& piece : look.pieces) {
        switch (piece.kind) {
            case AnswerPiece::Kind::text: text += piece.text; break;
            case AnswerPiece::Kind::thought: thought += piece.text; break;
            case AnswerPiece::Kind::refusal: refusal += piece.text; break;
        }
    }
    if (!thought.empty() && !this->thought(thought)) return false;
    if (!text.empty() && !this->text(text)) return false;
    if (!refusal.empty() && !this->refusal(refusal)) return false;
    return std::all_of(look.toolPieces.begin(), look.toolPieces.end(),
                       [this](const ToolPiece& piece) { return toolCall(piece); });
}

void StreamReply::keepLast(std::string_view frame, const TokenEstimate& answer) {
    ++report_.frames;
    report_.answer = answer;
    last_ = frame;
}

void StreamReply::correctUsage(const Usage& billed) {
    usage(billed);
    billed_ = report_.usage;
}

void StreamReply::finish() {
    if (std::exchange(isFinished_, true)) return;
    const AnswerEnd end{billed_.value_or(report_.usage), billed_.has_value(), report_.finish};
    if (last_)
        writer_.lastFrame(place(), *last_, end);
    else
        writer_.finish(place(), end);
    sink_.flush();
}

void StreamReply::finishBroken(const Breakage& why) {
    if (std::exchange(isFinished_, true)) return;
    writer_.broken(place(), why, report_.usage);
    sink_.flush();
}

}  // namespace aiproject
