// What a service means by an HTTP status or an error object, and which status that is for the host. Pure.
#pragma once

#include "aiproject/redaction.h"
#include "upstream/failure.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace aiproject::openai {

using outbound::CallFailure;

struct UpstreamError {
    std::string code, type;
    std::string message;
};

// Of {"error": {"message", "type", "code"}} and of all other shapes that are about: the error as a text, the members
// outside of it, a number for the code, FastAPI's "detail". Of what is not JSON, the beginning is the message.
UpstreamError errorIn(std::string_view body);

// When a service wants to be asked again, as it wrote it in its head; each may be empty.
struct RetryWish {
    std::string retryAfter = {}, milliseconds = {};
};

// `httpStatus` 200: the error came instead of an answer, or in the middle of it. `secrets`: what no text may repeat.
CallFailure failureOf(int httpStatus, const UpstreamError& error, const Redaction& secrets, const RetryWish& wish = {});

}  // namespace aiproject::openai
