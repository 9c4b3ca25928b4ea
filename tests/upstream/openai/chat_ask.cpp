#include "upstream/openai/chat_ask.h"

#include <algorithm>

namespace aiproject::upstream::openai {

namespace {

constexpr std::int64_t kMostTokens = 1'000'000;
constexpr std::size_t kMostTools = 128;
constexpr std::size_t kMostStops = 4;
constexpr std::size_t kLongestName = 64;

// All that the documented request has; what the answer does not depend on is only looked at for its type.
const std::vector<const char*>& knownMembers() {
    static const std::vector<const char*> all = {"model",
                                                 "messages",
                                                 "stream",
                                                 "stream_options",
                                                 "max_completion_tokens",
                                                 "max_tokens",
                                                 "temperature",
                                                 "top_p",
                                                 "presence_penalty",
                                                 "frequency_penalty",
                                                 "stop",
                                                 "n",
                                                 "logprobs",
                                                 "top_logprobs",
                                                 "logit_bias",
                                                 "seed",
                                                 "user",
                                                 "safety_identifier",
                                                 "prompt_cache_key",
                                                 "tools",
                                                 "tool_choice",
                                                 "parallel_tool_calls",
                                                 "response_format",
                                                 "reasoning_effort",
                                                 "verbosity",
                                                 "modalities",
                                                 "audio",
                                                 "prediction",
                                                 "store",
                                                 "metadata",
                                                 "service_tier",
                                                 "web_search_options",
                                                 "moderation",
                                                 "prompt_cache_options",
                                                 "prompt_cache_retention"};
    return all;
}

bool isName(const std::string& name) {
    return !name.empty() && name.size() <= kLongestName && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '-';
    });
}

void checkSampling(const Members& body) {
    body.number("temperature", 0, 2);
    body.number("top_p", 0, 1);
    body.number("presence_penalty", -2, 2);
    body.number("frequency_penalty", -2, 2);
    body.integer("seed", INT64_MIN, INT64_MAX);
    body.flag("logprobs");
    body.integer("top_logprobs", 0, 20);
    body.object("logit_bias");
    body.text("user");
    body.text("safety_identifier");
    body.text("prompt_cache_key");
    body.flag("store");
    body.object("metadata");
    body.choice("reasoning_effort", {"none", "minimal", "low", "medium", "high", "xhigh", "max"});
    body.choice("verbosity", {"low", "medium", "high"});
    if (body.integer("n", 1, 128).value_or(1) != 1)
        body.refuseValue("n", "must be 1 with this model", "unsupported_value");
}

std::optional<std::int64_t> limitOf(const Members& body, const Model& model) {
    const auto refuse = [&](const std::string& name, const std::string& other) {
        if (body.has(name))
            throw ApiError{
                400,
                "Unsupported parameter: '" + name + "' is not supported with this model. Use '" + other + "' instead.",
                name, "unsupported_parameter"};
    };
    if (model.limit == Limit::newName) refuse("max_tokens", "max_completion_tokens");
    if (model.limit == Limit::oldName) refuse("max_completion_tokens", "max_tokens");
    const auto limit = body.integer("max_completion_tokens", 1, kMostTokens);
    const auto old = body.integer("max_tokens", 1, kMostTokens);
    if (limit && old) body.refuseValue("max_tokens", "and 'max_completion_tokens' exclude each other");
    return limit ? limit : old;
}

std::vector<std::string> stopsOf(const Members& body) {
    if (!body.has("stop")) return {};
    if (body.value("stop").isString()) return {*body.text("stop")};
    auto stops = *body.texts("stop");
    if (stops.empty() || stops.size() > kMostStops) body.refuseValue("stop", "must have 1 to 4 strings");
    return stops;
}

Tool toolOf(const Members& tool) {
    tool.only({"type", "function"});
    tool.require("type");
    tool.choice("type", {"function"});
    tool.require("function");
    const auto function = *tool.object("function");
    function.only({"name", "description", "parameters", "strict"});
    function.text("description");
    function.flag("strict");
    const auto name = function.requiredText("name");
    if (!isName(name)) function.refuseValue("name", "does not match ^[a-zA-Z0-9_-]{1,64}$");
    const auto schema = function.object("parameters");
    return {name, schema ? schema->json() : nullptr};
}

void readTools(const Members& body, ChatAsk& ask) {
    if (ask.model->takesTools) {
        if (const auto tools = body.objects("tools")) {
            if (tools->empty() || tools->size() > kMostTools) body.refuseValue("tools", "must have 1 to 128 tools");
            for (const auto& tool : *tools) ask.tools.push_back(toolOf(tool));
        }
    } else if (body.has("tools")) {
        throw ApiError{400, "Unsupported parameter: 'tools' is not supported with this model.", "tools",
                       "unsupported_parameter"};
    }
    if (ask.tools.empty())
        for (const auto* name : {"tool_choice", "parallel_tool_calls"})
            if (body.has(name)) body.refuseValue(name, "is only allowed when 'tools' are specified");
    ask.parallelTools = body.flag("parallel_tool_calls").value_or(true);
    if (!body.has("tool_choice")) return;
    if (body.value("tool_choice").isString()) {
        ask.toolChoice = *body.choice("tool_choice", {"none", "auto", "required"});
        return;
    }
    const auto choice = *body.object("tool_choice");
    choice.only({"type", "function"});
    choice.require("type");
    choice.choice("type", {"function"});
    choice.require("function");
    const auto name = choice.object("function")->requiredText("name");
    if (std::none_of(ask.tools.begin(), ask.tools.end(), [&](const Tool& one) { return one.name == name; }))
        body.refuseValue("tool_choice", "names '" + name + "', which is not among 'tools'");
    ask.toolChoice = "=" + name;
}

void readFormat(const Members& body, ChatAsk& ask) {
    const auto format = body.object("response_format");
    if (!format) return;
    format->only({"type", "json_schema"});
    format->require("type");
    const auto type = *format->choice("type", {"text", "json_object", "json_schema"});
    ask.wantsJson = type != "text";
    if (type != "json_schema") return;
    format->require("json_schema");
    const auto inner = *format->object("json_schema");
    inner.only({"name", "schema", "strict", "description"});
    if (!isName(inner.requiredText("name"))) inner.refuseValue("name", "does not match ^[a-zA-Z0-9_-]{1,64}$");
    inner.flag("strict");
    if (const auto schema = inner.object("schema")) ask.jsonSchema = schema->json();
}

void readStreaming(const Members& body, ChatAsk& ask) {
    ask.stream = body.flag("stream").value_or(false);
    const auto options = body.object("stream_options");
    if (!options) return;
    if (!ask.stream) body.refuseValue("stream_options", "is only allowed when 'stream' is enabled");
    options->only({"include_usage", "include_obfuscation"});
    options->flag("include_obfuscation");
    ask.includeUsage = options->flag("include_usage").value_or(false);
}

}  // namespace

ChatAsk readChatAsk(const std::string& text) {
    const auto body = Members::parse(text);
    ChatAsk ask;
    ask.model = &modelNamed(body.requiredText("model"), Kind::chat);
    body.only(knownMembers());
    body.require("messages");
    const auto messages = *body.objects("messages");
    if (messages.empty()) body.refuseValue("messages", "must have at least one message", "empty_array");
    ask.dialog = readDialog(messages, *ask.model);
    checkSampling(body);
    ask.limit = limitOf(body, *ask.model);
    ask.stops = stopsOf(body);
    readTools(body, ask);
    readFormat(body, ask);
    readStreaming(body, ask);
    return ask;
}

}  // namespace aiproject::upstream::openai
