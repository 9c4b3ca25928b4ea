// Chunks of a chat completion, an empty line between two: what the host sees in each, and that a client of OpenAI's
// stream reads the same text as one that gets the answer in one piece.
#include "api/openai.h"
#include "api/openai_frames.h"
#include "base/utf8.h"
#include "call/collect_reply.h"
#include "call/stream_reply.h"
#include "fuzz/target.h"

#include <string>
#include <vector>

namespace aiproject::fuzz {
namespace {

void requireChunkSight(std::string_view message) {
    const FrameLook look = lookAtOpenAi(message);
    if (!look.isObject) return;
    require(isJson(message), "what the host lets through is JSON");
    for (const AnswerPiece& piece : look.pieces) require(isUtf8(piece.text), "a piece is UTF-8");
    for (const ToolPiece& piece : look.toolPieces) {
        require(piece.index < 1'000 || !look.isWhole, "a frame that passes has no index that is refused");
        require(isUtf8(piece.id) && isUtf8(piece.name) && isUtf8(piece.arguments), "a tool call is UTF-8");
    }
    require(!look.finish || look.isEnd, "a finish is an end");
}

struct KeptChunks final : FrameSink {
    void put(std::string_view frame) override { frames.emplace_back(frame); }
    bool flush() override { return true; }

    std::vector<std::string> frames;
};

struct SaidText {
    std::string text, thought, refusal;
};

SaidText saidIn(const std::vector<std::string>& frames) {
    SaidText said;
    for (const std::string& frame : frames) {
        if (frame == "[DONE]") continue;
        const FrameLook look = lookAtOpenAi(frame);
        require(look.isObject && isUtf8(frame) && isJson(frame), "what a client gets is JSON in UTF-8");
        require(!look.hasHalves, "no client gets half a character");
        for (const AnswerPiece& piece : look.pieces) {
            switch (piece.kind) {
                case AnswerPiece::Kind::text: said.text += piece.text; break;
                case AnswerPiece::Kind::thought: said.thought += piece.text; break;
                case AnswerPiece::Kind::refusal: said.refusal += piece.text; break;
            }
        }
    }
    return said;
}

}  // namespace

void tryInput(std::string_view input) {
    static EventLoop loop;
    static CallWatch watch(loop);
    CallWatch::Call call(watch, -1, std::chrono::hours(1)), otherCall(watch, -1, std::chrono::hours(1));
    KeptChunks kept;
    OpenAiWriter writer(kept, {"", 1, "m"}, OpenAiWriter::Usages::told);
    StreamReply stream(kept, writer, "request");
    CollectReply whole(1UL << 30, CollectReply::Kept::all);
    stream.attach(call);
    whole.attach(otherCall);
    for (const std::string_view message : piecesOf(input, "\n\n")) {
        if (!isUtf8(message)) break;  // no plugin hands it on
        requireChunkSight(message);
        const Seen seen = stream.frame("openai", message);
        require(whole.frame("openai", message) == seen, "both clients see the same");
        if (seen == Seen::error || seen == Seen::over) break;
    }
    stream.finish();
    const SaidText said = saidIn(kept.frames);
    if (!stream.report().isGarbage) {
        require(said.text == whole.answer().text, "a stream has the text of the whole answer");
        require(said.thought == whole.answer().thought, "and its thoughts");
        require(said.refusal == whole.answer().refusal, "and its refusal");
    }
    stream.detach();
    whole.detach();
}

}  // namespace aiproject::fuzz
