#include "api/openai.h"

#include "api/openai_errors.h"
#include "base/json_text.h"

namespace aiproject {

// Clients learn the role from the first chunk. It goes out with the first piece of the answer, since until then
// another model may take over.
void OpenAiWriter::begin(const FramePlace& place) {
    if (hasBegun_) return;
    hasBegun_ = true;
    if (head_.id.empty()) head_.id = "chatcmpl-" + std::string(place.id);
    putChunk(R"({"role":"assistant","content":"","refusal":null})");
}

// The chunks that are made here have the head of those that pass.
void OpenAiWriter::meet(const FramePlace& place, const FrameLook& look) {
    if (hasBegun_) return;
    head_.id = look.upstreamId;
    if (look.created) head_.created = *look.created;
    if (!look.model.empty()) head_.model = look.model;
    begin(place);
}

void OpenAiWriter::frame(const FramePlace& place, std::string_view own, const FrameLook& look) {
    meet(place, look);
    for (const ToolPiece& piece : look.toolPieces) isFirstOf(piece.index);
    sink_.put(own);
}

void OpenAiWriter::lastFrame(const FramePlace& place, const std::string& own, const AnswerEnd& end) {
    if (finishOf(end) != end.finish) return finish(place, end);
    begin(place);
    sink_.put(own);
    putEnd(end.usage);
}

void OpenAiWriter::put(const FramePlace& place, const char* member, std::string_view text) {
    begin(place);
    std::string delta = "{\"" + std::string(member) + "\":";
    addJsonText(delta, text);
    putChunk(delta += '}');
}

// The first piece has the name; an id too, by which the client answers, although some upstreams have none.
void OpenAiWriter::toolCall(const FramePlace& place, const ToolPiece& piece) {
    begin(place);
    std::string delta = R"({"tool_calls":[{"index":)" + std::to_string(piece.index);
    if (isFirstOf(piece.index)) {
        delta += R"(,"id":)";
        addJsonText(delta, piece.id.size > 0 ? piece.id.str() : "call_" + head_.id + "_" + std::to_string(piece.index));
        delta += R"(,"type":"function","function":{"name":)";
        addJsonText(delta, piece.name);
        delta += R"(,"arguments":)";
    } else {
        delta += R"(,"function":{"arguments":)";
    }
    addJsonText(delta, piece.arguments);
    putChunk(delta += "}}]}");
}

void OpenAiWriter::finish(const FramePlace& place, const AnswerEnd& end) {
    begin(place);
    putChunk("{}", openAiWordFor(finishOf(end)));
    putEnd(end.usage);
}

Finish OpenAiWriter::finishOf(const AnswerEnd& end) const noexcept {
    return openAiFinish(end.finish, !toolCalls_.empty());
}

// Without [DONE]: many clients take that for the end of a whole answer. A moderated answer has an end of its own.
void OpenAiWriter::broken(const FramePlace& place, const Breakage& why, const Usage& usage) {
    if (why.kind == ErrorKind::contentRefused) return finish(place, {usage, false, Finish::contentFilter});
    sink_.put(openAiErrorJson(openAiFaultOf(why.kind), why.message));
}

void OpenAiWriter::putChunk(std::string_view delta, std::string_view finish) {
    sink_.put(openAiChunk(head_, delta, finish, usages_ == Usages::told));
}

void OpenAiWriter::putEnd(const Usage& usage) {
    if (usages_ == Usages::told) sink_.put(openAiUsageChunk(head_, usage));
    sink_.put("[DONE]");
}

bool OpenAiWriter::isFirstOf(std::uint32_t toolCall) {
    if (toolCall >= toolCalls_.size()) toolCalls_.resize(toolCall + 1UL);
    const bool isFirst = !toolCalls_[toolCall];
    toolCalls_[toolCall] = true;
    return isFirst;
}

}  // namespace aiproject
