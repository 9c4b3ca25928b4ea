// What the host has to know of a plugin's frame, from one look at it.
#pragma once

#include "base/token_estimate.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aiproject {

struct ToldUsage {  // payload.usage.text; none: the member is missing
    std::optional<std::int64_t> question, prompt, completion, total;
    std::string fault;  // what cannot be a count; empty: nothing
};

// Where the answer in a frame goes.
struct AnswerParts {
    TokenEstimate& tokens;           // of payload.choices.text[*].content, and of .reasoning_content, the thoughts
    std::string* content = nullptr;  // gets the text without the thoughts
};

struct FrameLook {
    bool isObject = false;  // one JSON object in UTF-8, nested no deeper than readers take
    std::optional<ToldUsage> usage;
};

// Adds to `parts` only for an object. Of members that come twice the last one counts.
FrameLook lookAt(std::string_view frame, const AnswerParts& parts);

}  // namespace aiproject
