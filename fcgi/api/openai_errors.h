// OpenAI's words for what can go wrong. Pure.
#pragma once

#include "base/error.h"

#include <string>
#include <string_view>

namespace aiproject {

struct OpenAiFault {
    int status;        // of HTTP
    const char* type;  // what clients match on
    const char* code;  // the same, finer; empty: null
};

// Which one it is may hang on the member that is wrong, and on whether to come back helps: a balance that calls in
// progress hold is a rate that is too high.
OpenAiFault openAiFaultOf(const Error& error) noexcept;
// Of what broke a stream.
OpenAiFault openAiFaultOf(ErrorKind kind) noexcept;

// {"error":{"message","type","param","code"}}; an empty `member` is null.
std::string openAiErrorJson(const OpenAiFault& fault, std::string_view message, std::string_view member = {});

}  // namespace aiproject
