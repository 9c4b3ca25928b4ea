#include "upstream/openai/answer.h"

#include "upstream/json_text.h"
#include "upstream/openai/schema_value.h"
#include "upstream/simulator.h"
#include "upstream/utf8.h"

#include <Poco/JSON/Stringifier.h>

#include <algorithm>

namespace aiproject::upstream::openai {

namespace {

std::string jsonOf(const Poco::Dynamic::Var& value) {
    std::ostringstream text;
    Poco::JSON::Stringifier::stringify(value, text);
    return text.str();
}

std::vector<const Tool*> toolsToCall(const ChatAsk& ask) {
    std::vector<const Tool*> found;
    const bool mayAsk = ask.dialog.toolResults.empty() && ask.toolChoice != "none";
    if (!mayAsk) return found;
    const auto isCalled = [&](const Tool& tool) {
        if (ask.toolChoice[0] == '=') return "=" + tool.name == ask.toolChoice;
        return ask.dialog.question.find(tool.name) != std::string::npos;
    };
    for (const auto& tool : ask.tools)
        if (isCalled(tool)) found.push_back(&tool);
    if (found.empty() && ask.toolChoice == "required") found.push_back(&ask.tools.front());
    if (!ask.parallelTools && found.size() > 1) found.resize(1);
    return found;
}

std::string contentOf(const ChatAsk& ask) {
    if (ask.wantsJson) return jsonOf(valueFor(ask.jsonSchema, ask.dialog.question));
    std::string text;
    if (ask.dialog.audioBytes > 0) text += transcriptOf(ask.dialog.audioBytes);
    if (!ask.dialog.toolResults.empty()) {
        for (const auto& result : ask.dialog.toolResults) text += (text.empty() ? "" : "\n") + result;
        return text;
    }
    if (ask.dialog.pictureBytes > 0) return text + answerToPicture(ask.dialog.pictureBytes, ask.dialog.question);
    return text + answerTo(ask.dialog.question);
}

void stopAt(const std::vector<std::string>& stops, std::string& text) {
    for (const auto& stop : stops)
        if (!stop.empty()) text.resize(std::min(text.find(stop), text.size()));
}

// Leaves `left` characters of the text, and takes those from `left`. True: some were cut off.
bool cutTo(std::int64_t& left, std::string& text) {
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        const bool startsCharacter = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
        if (!startsCharacter) continue;
        if (left == 0) break;
        --left;
    }
    const bool cuts = at < text.size();
    text.resize(at);
    return cuts;
}

Poco::JSON::Object usageOf(const Dialog& dialog, std::int64_t reasoning, std::int64_t completion) {
    return members({{"prompt_tokens", dialog.promptTokens},
                    {"completion_tokens", completion},
                    {"total_tokens", dialog.promptTokens + completion},
                    {"prompt_tokens_details", members({{"cached_tokens", dialog.cachedTokens}, {"audio_tokens", 0}})},
                    {"completion_tokens_details", members({{"reasoning_tokens", reasoning}, {"audio_tokens", 0}})}});
}

}  // namespace

Answer answerOf(const ChatAsk& ask, const std::string& id) {
    Answer answer;
    if (!ask.model->reasoning.empty()) answer.reasoning = reasoningAbout(ask.dialog.question);
    for (const auto* tool : toolsToCall(ask))
        answer.calls.push_back({id + std::to_string(answer.calls.size()), tool->name,
                                jsonOf(valueFor(tool->schema, ask.dialog.question))});
    answer.finish = answer.calls.empty() ? "stop" : "tool_calls";
    if (answer.calls.empty()) answer.content = contentOf(ask);
    stopAt(ask.stops, answer.content);
    auto left = ask.limit.value_or(INT64_MAX);
    const bool cutsReasoning = cutTo(left, answer.reasoning);
    const bool cutsContent = cutTo(left, answer.content);
    if (cutsReasoning || cutsContent) answer.finish = "length";

    const auto reasoning = static_cast<std::int64_t>(codePoints(answer.reasoning));
    auto completion = reasoning + static_cast<std::int64_t>(codePoints(answer.content));
    for (const auto& call : answer.calls)
        completion += static_cast<std::int64_t>(codePoints(call.name + call.arguments));
    answer.usage = usageOf(ask.dialog, reasoning, completion);
    return answer;
}

Poco::JSON::Object halfOf(const Poco::JSON::Object& usage) {
    const auto prompt = usage.getValue<std::int64_t>("prompt_tokens");
    const auto completion = usage.getValue<std::int64_t>("completion_tokens") / 2;
    return members(
        {{"prompt_tokens", prompt}, {"completion_tokens", completion}, {"total_tokens", prompt + completion}});
}

}  // namespace aiproject::upstream::openai
