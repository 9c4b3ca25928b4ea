// What OpenAI's chunks and whole completions have in common. Pure.
#pragma once

#include "aiproject/imodel.h"
#include "api/whole_answer.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace aiproject {

// What stands in each chunk of an answer, and must be the same in all.
struct OpenAiHead {
    std::string id;
    std::int64_t created = 0;  // Unix time
    std::string model;
};

std::string_view openAiWordFor(Finish finish) noexcept;
// Some services say "stop" of an answer with tool calls, and clients would not look at them.
Finish openAiFinish(Finish told, bool hasToolCalls) noexcept;
std::string openAiUsage(const Usage& usage);

// `delta` is JSON. An empty `finish` is null.
std::string openAiChunk(const OpenAiHead& head, std::string_view delta, std::string_view finish, bool hasUsageNull);
// The one that has no choice in it.
std::string openAiUsageChunk(const OpenAiHead& head, const Usage& usage);
std::string openAiCompletion(const OpenAiHead& head, const WholeAnswer& answer, Finish finish, const Usage& usage);

}  // namespace aiproject
