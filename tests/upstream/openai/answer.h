// What a chat model says to a request; simulator.h states the rules. Pure.
#pragma once

#include "upstream/openai/chat_ask.h"

namespace aiproject::upstream::openai {

struct ToolCall {
    std::string id;
    std::string name;
    std::string arguments;
};

struct Answer {
    std::string reasoning;
    std::string content;
    std::vector<ToolCall> calls;
    std::string finish;  // stop, length, tool_calls
    Poco::JSON::Object usage;
};

// `id` is the beginning of the ids of tool calls.
Answer answerOf(const ChatAsk& ask, const std::string& id);

// What it would be in the middle of the answer.
Poco::JSON::Object halfOf(const Poco::JSON::Object& usage);

}  // namespace aiproject::upstream::openai
