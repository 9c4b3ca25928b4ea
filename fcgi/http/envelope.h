// The documented JSON answers: {"code":0,...} and {"code":"…","msg":"…"}.
#pragma once

#include "base/error.h"
#include "http/exchange.h"

#include <Poco/JSON/Object.h>

#include <string>
#include <string_view>

namespace aiproject {

// Whether a path may answer another HTTP status than 200 with an envelope in it: the original's
// clients never read the body of one.
enum class StatusRule { alwaysOk, semantic };

struct ErrorFace {
    int status;            // when semantic
    const char* code;      // what clients match on
    const char* sentence;  // unless the Error brings one
    int retryAfter;        // seconds, unless the Error brings some; 0: not said
};

ErrorFace faceOf(ErrorKind kind) noexcept;

// All of them say Cache-Control: no-store.
void sendJson(Exchange& exchange, int status, std::string_view json);
void sendSuccess(Exchange& exchange, const std::string& msg, Poco::JSON::Object body = Poco::JSON::Object());
// When it says to come back later and has the semantic status, the header Retry-After says so as well.
void sendError(Exchange& exchange, const Error& error, StatusRule rule);

// The sentence a client may see.
std::string sentenceOf(const Error& error);

}  // namespace aiproject
