// What an upstream means by answering the handshake with an ordinary HTTP answer, or a signed question over HTTP with
// another status than 200. Pure.
#pragma once

#include "upstream/failure.h"

#include <chrono>
#include <ctime>
#include <optional>
#include <string>

namespace aiproject::iflytek {

using outbound::CallFailure;

struct Refusal {
    int status = 0;
    std::string body;                // its beginning
    std::string date;                // the Date header; may be empty
    std::time_t askedAt = 0;         // by our clock
    const char* what = "handshake";  // was refused
};

// How far the upstream's clock is ahead of ours, when that is why it refused and it told its time.
std::optional<std::chrono::seconds> clockOffset(const Refusal& refusal);

// `url` without query.
CallFailure failureOf(const Refusal& refusal, const std::string& url);

}  // namespace aiproject::iflytek
