#include "api/openai_write.h"

#include "base/json_text.h"

namespace aiproject {
namespace {

std::string headOf(const OpenAiHead& head, std::string_view object) {
    std::string json = R"({"id":)";
    addJsonText(json, head.id);
    json.append(R"(,"object":")").append(object).append(R"(","created":)") += std::to_string(head.created);
    json += R"(,"model":)";
    addJsonText(json, head.model);
    return json;
}

void addToolCalls(std::string& json, const WholeAnswer& answer) {
    bool isFirst = true;
    for (const KeptToolCall& call : answer.toolCalls) {
        if (call.id.empty() && call.name.empty()) continue;  // a gap between two indices
        json += isFirst ? R"(,"tool_calls":[{"id":)" : R"(,{"id":)";
        isFirst = false;
        addJsonText(json, call.id.empty() ? "call_" + std::to_string(&call - answer.toolCalls.data()) : call.id);
        json += R"(,"type":"function","function":{"name":)";
        addJsonText(json, call.name);
        json += R"(,"arguments":)";
        addJsonText(json, call.arguments);
        json += "}}";
    }
    if (!isFirst) json += ']';
}

void addUnlessEmpty(std::string& json, const std::string& text, bool isNullOtherwise) {
    if (text.empty() && isNullOtherwise)
        json += "null";
    else
        addJsonText(json, text);
}

}  // namespace

std::string_view openAiWordFor(Finish finish) noexcept {
    switch (finish) {
        case Finish::stop: return "stop";
        case Finish::length: return "length";
        case Finish::toolCalls: return "tool_calls";
        case Finish::contentFilter: return "content_filter";
    }
    return "stop";
}

Finish openAiFinish(Finish told, bool hasToolCalls) noexcept {
    return told == Finish::stop && hasToolCalls ? Finish::toolCalls : told;
}

std::string openAiUsage(const Usage& usage) {
    return R"({"prompt_tokens":)" + std::to_string(usage.prompt) + R"(,"completion_tokens":)" +
           std::to_string(usage.completion) + R"(,"total_tokens":)" + std::to_string(usage.total) +
           R"(,"prompt_tokens_details":{"cached_tokens":)" + std::to_string(usage.cached) +
           R"(},"completion_tokens_details":{"reasoning_tokens":)" + std::to_string(usage.reasoning) + "}}";
}

std::string openAiChunk(const OpenAiHead& head, std::string_view delta, std::string_view finish, bool hasUsageNull) {
    std::string json = headOf(head, "chat.completion.chunk");
    json.append(R"(,"choices":[{"index":0,"delta":)").append(delta).append(R"(,"logprobs":null,"finish_reason":)");
    if (finish.empty())
        json += "null";
    else
        addJsonText(json, finish);
    json += "}]";
    if (hasUsageNull) json += R"(,"usage":null)";
    json += '}';
    return json;
}

std::string openAiUsageChunk(const OpenAiHead& head, const Usage& usage) {
    return headOf(head, "chat.completion.chunk") + R"(,"choices":[],"usage":)" + openAiUsage(usage) + "}";
}

std::string openAiCompletion(const OpenAiHead& head, const WholeAnswer& answer, Finish finish, const Usage& usage) {
    std::string json = headOf(head, "chat.completion");
    json += R"(,"choices":[{"index":0,"message":{"role":"assistant","content":)";
    const bool hasOther = !answer.toolCalls.empty() || !answer.refusal.empty();
    addUnlessEmpty(json, answer.text, hasOther);
    json += R"(,"refusal":)";
    addUnlessEmpty(json, answer.refusal, true);
    if (!answer.thought.empty()) {
        json += R"(,"reasoning_content":)";
        addJsonText(json, answer.thought);
    }
    addToolCalls(json, answer);
    json += answer.extras.ofMessage() + R"(},"logprobs":)" + answer.extras.logprobs() + R"(,"finish_reason":)";
    addJsonText(json, openAiWordFor(openAiFinish(finish, !answer.toolCalls.empty())));
    json += R"(}],"usage":)" + openAiUsage(usage) + "}";
    return json;
}

}  // namespace aiproject
