#include "iflytek/core/chat_stream.h"

#include "iflytek/core/json_reading.h"
#include "upstream/call.h"
#include "upstream/json_events.h"

#include <algorithm>

namespace aiproject::iflytek {
namespace {

constexpr std::int64_t kSensitiveAfterAnswer = 10019;

std::string_view behindSpaces(std::string_view json) {
    return json.substr(std::min(json.find_first_not_of(" \t\r\n"), json.size()));
}

// Whether a message, which is JSON, has a member `content` that is a text and not empty. No reader is needed for that:
// inside a text a quote has a backslash before it.
bool hasWords(std::string_view json) {
    constexpr std::string_view name = R"("content")";
    for (auto at = json.find(name); at != std::string_view::npos; at = json.find(name)) {
        json = behindSpaces(json.substr(at + name.size()));
        if (json.empty() || json[0] != ':') continue;
        json = behindSpaces(json.substr(1));
        if (json.size() > 1 && json[0] == '"' && json[1] != '"') return true;
    }
    return false;
}

struct ErrorMessage {
    UpstreamError error;
    std::string content;  // of all choices
};

ErrorMessage errorIn(std::string_view message) {
    const auto json = objectOf(std::string(message));
    const auto header = memberObject(json, "header");
    const auto code = memberInteger(header, "code");
    if (!code || *code == 0) outbound::failMessage("has no header.code");
    ErrorMessage read{{*code, memberText(header, "message"), memberText(header, "sid")}, {}};
    const auto elements = memberArray(memberObject(memberObject(json, "payload"), "choices"), "text");
    for (unsigned i = 0; !elements.isNull() && i < elements->size(); ++i)
        read.content += memberText(elements->getObject(i), "content");
    return read;
}

}  // namespace

ModelStatus ChatStream::take(std::string_view message, IReply& reply) {
    switch (reply.frame("spark", message)) {
        case Seen::passed: hasAnswer_ = hasAnswer_ || hasWords(message); return ModelStatus::streaming;
        case Seen::last: return ModelStatus::ok;
        case Seen::error: return end(message, reply);
        case Seen::other: return ModelStatus::streaming;
        case Seen::over: return ModelStatus::stopped;
    }
    return ModelStatus::stopped;
}

// One error comes after a complete answer, which may be shown.
ModelStatus ChatStream::end(std::string_view message, IReply& reply) const {
    const auto [error, content] = errorIn(message);
    const CallFailure failure = failureOf(service_, error);
    if (error.code != kSensitiveAfterAnswer || (!hasAnswer_ && content.empty())) throw failure;
    reply.explain(std::string(failure.what()) + "; the answer was complete and has been delivered");
    return content.empty() || reply.text(content) ? ModelStatus::ok : ModelStatus::stopped;
}

ModelStatus askAndFollow(outbound::IdleLinks& connections, Service service, const ModelRequest& request,
                         const std::string& question, IReply& reply) {
    auto* const stream = new ChatStream(askUpstream(connections, request, reply, question), service);
    return reply.follow(*stream, connections.peer());  // whose it is from here on
}

}  // namespace aiproject::iflytek
