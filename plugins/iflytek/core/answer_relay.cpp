#include "iflytek/core/answer_relay.h"

#include <algorithm>

namespace aiproject::iflytek {
namespace {

constexpr std::int64_t kSensitiveAfterAnswer = 10019;

// Line breaks between the tokens are legal JSON, but a line of a stream must hold a whole frame. The result lies in
// `json`, or in `joined`.
std::string_view oneLineOf(std::string_view json, std::string& joined) {
    if (json.find('\n') == std::string_view::npos && json.find('\r') == std::string_view::npos) return json;
    joined = json;
    std::replace_if(
        joined.begin(), joined.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return joined;
}

}  // namespace

std::optional<ModelStatus> AnswerRelay::take(std::string_view message, bool hasNext) {
    const AnswerFrame& frame = reader_.read(message);
    identify(frame.error.id);
    if (frame.usage) reply_.usage(*frame.usage);
    if (frame.error.code == kSensitiveAfterAnswer) return finishSensitive(frame);
    if (frame.error.code != 0) throw failureOf(service_, frame.error);

    std::string joined;
    const std::string_view json = oneLineOf(frame.completed.empty() ? message : frame.completed, joined);
    if (frame.isLast()) return finish(frame, json);
    // The original's client cannot step over a frame whose choices have no list, and gains nothing by it.
    if (!frame.hasText && !frame.hasOther) return skip(hasNext);
    isHolding_ = hasNext;
    if (!(hasNext ? reply_.heldFrame(json) : reply_.frame(json))) return ModelStatus::stopped;
    hasDelivered_ |= !frame.content.empty();
    return std::nullopt;
}

void AnswerRelay::identify(const std::string& id) {
    if (isIdentified_ || id.empty()) return;
    reply_.upstreamId(std::string_view(id));
    isIdentified_ = true;
}

// The message is nothing for the client, but what is held for it must not wait for the one after it.
std::optional<ModelStatus> AnswerRelay::skip(bool hasNext) {
    if (!isHolding_ || hasNext) return std::nullopt;
    isHolding_ = false;
    return reply_.delta("") ? std::nullopt : std::optional(ModelStatus::stopped);
}

ModelStatus AnswerRelay::finish(const AnswerFrame& frame, std::string_view json) {
    if (!frame.headerIsLast || !frame.hasText || !frame.usage) return deliverLast(frame.content);
    return reply_.lastFrame(json) ? ModelStatus::ok : ModelStatus::stopped;
}

// The one error that comes after a complete answer, which may be shown.
ModelStatus AnswerRelay::finishSensitive(const AnswerFrame& frame) {
    if (!hasDelivered_ && frame.content.empty()) throw failureOf(service_, frame.error);
    reply_.explain(std::string_view(std::string(failureOf(service_, frame.error).what()) +
                                    "; the answer was complete and has been delivered"));
    return deliverLast(frame.content);
}

ModelStatus AnswerRelay::deliverLast(const std::string& content) {
    return content.empty() || reply_.delta(std::string_view(content)) ? ModelStatus::ok : ModelStatus::stopped;
}

ModelStatus relayAnswer(outbound::IdleLinks& connections, Question question, IReply& reply) {
    return callUpstream(connections, question.timeouts, reply, [&](outbound::Call& link) {
        link.send(question.message, outbound::Phase::firstFrame);
        AnswerRelay relay(question.service, reply);
        std::string_view message = link.receive();
        std::string().swap(question.message);  // answered, so never asked again; and the stream may be long
        for (;; message = link.receive())
            if (const auto status = relay.take(message, link.hasMessage())) return *status;
    });
}

}  // namespace aiproject::iflytek
