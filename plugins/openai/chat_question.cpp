#include "openai/chat_question.h"

#include "openai/tools.h"
#include "openai/turns.h"
#include "upstream/json_members.h"
#include "upstream/json_reading.h"

#include <Poco/NumberFormatter.h>

#include <algorithm>
#include <map>
#include <utility>

namespace aiproject::openai {
namespace {

using outbound::HttpBody;

void add(std::string& json, std::string_view name, std::string_view value) {
    json.append(",\"").append(name).append("\":").append(value);
}

std::string shown(double number) { return Poco::NumberFormatter::format(number); }

// As all members are written that this protocol knows. Some services match names without case (those in Go even take
// U+017F for s), and would see in another writing what was to be ours, or what nobody has looked at.
bool isPlain(std::string_view name) {
    return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

// Those that must be ours, whatever the client wrote.
bool isOurs(std::string_view name) {
    for (const char* const own : {"model", "stream", "stream_options", "max_tokens", "max_completion_tokens"})
        if (name == own) return true;
    return false;
}

bool isSampling(std::string_view name) {
    for (const char* const each : {"temperature", "top_p", "presence_penalty", "frequency_penalty"})
        if (name == each) return true;
    return false;
}

bool isOfTools(std::string_view name) {
    return name == "tools" || name == "tool_choice" || name == "parallel_tool_calls";
}

// It counts as absent, and not every service knows that.
bool isNull(std::string_view value) {
    const std::size_t begin = std::min(value.find_first_not_of(" \t\r\n"), value.size());
    return value.substr(begin, 4) == "null";
}

bool isAmong(std::string_view name, std::string_view list) {
    return list.find(" " + std::string(name) + " ") != std::string_view::npos;
}

std::string_view effortMemberOf(Effort effort) {
    switch (effort) {
        case Effort::thinking: return "thinking";
        case Effort::flag: return "enable_thinking";
        case Effort::named: break;
    }
    return "reasoning_effort";
}

std::string arrayOf(const List<Text>& texts) {
    std::string json = "[";
    for (std::uint64_t i = 0; i < texts.count; ++i) {
        if (i > 0) json += ',';
        outbound::addQuoted(json, texts[i]);
    }
    json += ']';
    return json;
}

bool hasNames(const List<Turn>& turns) {
    for (std::uint64_t i = 0; i < turns.count; ++i)
        if (turns[i].name.size > 0) return true;
    return false;
}

std::string beginOf(const Dialect& dialect, const std::string& model) {
    return R"({"model":)" + outbound::quotedJson(model) + R"(,"stream":true)" +
           (dialect.streamOptions == Does::yes ? R"(,"stream_options":{"include_usage":true})" : "");
}

}  // namespace

ChatQuestions::ChatQuestions(ChatDefaults defaults, const std::string& model)
    : defaults_(std::move(defaults)), dialect_(*defaults_.dialect), begin_(beginOf(dialect_, model)) {}

HttpBody ChatQuestions::of(const ModelRequest& request) const {
    HttpBody body;
    std::string own = begin_;
    if (addPassedOn(request, own, body)) return body;
    own += valuesOf(request) + choicesOf(request) + R"(,"messages":)";
    addTurns(request, dialect_, own);
    body.add(std::move(own += '}'));
    return body;
}

HttpBody ChatQuestions::ofPicture(const ModelRequest& request, const std::string& quotedQuestion) const {
    std::string own = begin_ + valuesOf(request) + choicesOf(request) +
                      R"(,"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":)";
    addDataUrl(own, request.format, request.media);
    own += R"(}},{"type":"text","text":)";
    const std::uint64_t turns = request.turns.count;
    if (turns > 0 && request.turns[turns - 1].content.size > 0)
        outbound::addQuoted(own, request.turns[turns - 1].content);
    else
        own += quotedQuestion;
    HttpBody body;
    body.add(std::move(own += "}]}]}"));
    return body;
}

// False, and nothing is added: the client speaks otherwise, or wrote what cannot be passed on.
bool ChatQuestions::addPassedOn(const ModelRequest& request, std::string& own, HttpBody& body) const {
    if (std::string_view(request.dialect) != "openai" || request.body.size == 0) return false;
    const auto members = outbound::membersOf(request.body);
    if (!members) return false;
    const auto isMessages = [](const outbound::JsonMember& each) { return each.name == "messages"; };
    const auto messages = std::find_if(members->begin(), members->end(), isMessages);
    const bool hasOne = std::count_if(members->begin(), members->end(), isMessages) == 1;
    const bool mustWrite = !hasOne || mustWriteMessages(request, messages->value);
    std::map<std::string_view, const outbound::JsonMember*> last;  // of a name: the one that the host has read
    for (const outbound::JsonMember& member : *members) last[member.name] = &member;
    const auto said = last.find(effortMemberOf(dialect_.effort));  // in the service's own words: those count
    if (said == last.end() || isNull(said->second->value)) own += effortOf(*request.sampling);
    own += choicesOf(request);
    const bool mustWriteTools = dialect_.strictTools == Does::no && mentionsStrict(request.tools);
    if (mustWriteTools) add(own, "tools", withoutStrict(request.tools));
    if (mustWrite) {
        own += R"(,"messages":)";
        const auto written = hasOne ? messagesFor(dialect_, messages->value) : std::nullopt;
        if (written)
            own += *written;
        else
            addTurns(request, dialect_, own);
    }
    body.add(std::move(own));
    for (const outbound::JsonMember& member : *members) {
        if (last[member.name] != &member || isNull(member.value)) continue;
        if (!isPassedOn(member.name) || (mustWrite && isMessages(member))) continue;
        if (mustWriteTools && member.name == "tools") continue;
        if (request.tools.size == 0 && isOfTools(member.name)) continue;  // an empty list, which OpenAI refuses
        body.borrow(",");
        body.borrow(member.whole);
    }
    body.borrow("}");
    return true;
}

// What stands in a client's body as well and is passed on from there.
std::string ChatQuestions::valuesOf(const ModelRequest& request) const {
    const Sampling& sampling = *request.sampling;
    std::string json;
    if (dialect_.sampling == Does::yes) {
        if (sampling.temperature) add(json, "temperature", shown(sampling.temperature.value));
        if (sampling.topP) add(json, "top_p", shown(sampling.topP.value));
        if (sampling.presencePenalty) add(json, "presence_penalty", shown(sampling.presencePenalty.value));
        if (sampling.frequencyPenalty) add(json, "frequency_penalty", shown(sampling.frequencyPenalty.value));
    }
    if (sampling.topK) add(json, "top_k", std::to_string(sampling.topK.value));
    if (sampling.seed) add(json, "seed", std::to_string(sampling.seed.value));
    if (sampling.stop.count > 0) add(json, "stop", arrayOf(sampling.stop));
    if (request.tools.size > 0)
        add(json, "tools", dialect_.strictTools == Does::no ? withoutStrict(request.tools) : request.tools.str());
    if (request.toolChoice.size > 0 && dialect_.anyToolChoice == Does::yes)
        add(json, "tool_choice", request.toolChoice);
    if (request.responseFormat.size > 0) add(json, "response_format", request.responseFormat);
    if (dialect_.effort == Effort::named && sampling.reasoningEffort.size > 0)
        add(json, "reasoning_effort", outbound::quotedJson(sampling.reasoningEffort));
    return json + effortOf(sampling);
}

// What depends on the dialect and on the operator, whoever wrote the rest.
std::string ChatQuestions::choicesOf(const ModelRequest& request) const {
    const Sampling& sampling = *request.sampling;
    std::string json;
    if (sampling.maxTokens || defaults_.maxTokens)
        add(json, defaults_.maxTokensName,
            std::to_string(sampling.maxTokens ? sampling.maxTokens.value : *defaults_.maxTokens));
    if (!sampling.temperature && defaults_.temperature) add(json, "temperature", shown(*defaults_.temperature));
    if (!sampling.topP && defaults_.topP) add(json, "top_p", shown(*defaults_.topP));
    if (request.tools.size > 0) json += dialect_.withTools;
    if (defaults_.userId == UserId::sent && request.user.size > 0)
        add(json, "user", outbound::quotedJson(request.user));
    return json;
}

std::string ChatQuestions::effortOf(const Sampling& sampling) const {
    const std::string_view effort = sampling.reasoningEffort;
    if (effort.empty() || dialect_.effort == Effort::named) return {};
    const bool isWanted = effort != "none";
    std::string json;
    add(json, effortMemberOf(dialect_.effort),
        dialect_.effort == Effort::flag ? (isWanted ? "true" : "false")
                                        : (isWanted ? R"({"type":"enabled"})" : R"({"type":"disabled"})"));
    return json;
}

// Of a service that knows no `developer`, which is "system" to it, or no names. The first may also stand in a text, and
// then the messages are written without need.
bool ChatQuestions::mustWriteMessages(const ModelRequest& request, std::string_view messages) const {
    if (dialect_.developerRole == Does::no && messages.find("\"developer\"") != std::string_view::npos) return true;
    return dialect_.names == Does::no && hasNames(request.turns);
}

bool ChatQuestions::isPassedOn(std::string_view name) const {
    if (!isPlain(name) || isOurs(name) || isAmong(name, dialect_.dropped)) return false;
    if (dialect_.sampling == Does::no && isSampling(name)) return false;
    if (dialect_.topK == Does::no && name == "top_k") return false;
    if (dialect_.anyToolChoice == Does::no && name == "tool_choice") return false;
    if (defaults_.userId == UserId::sent && name == "user") return false;
    return dialect_.effort == Effort::named || name != "reasoning_effort";
}

}  // namespace aiproject::openai
