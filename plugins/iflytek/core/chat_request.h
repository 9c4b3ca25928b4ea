// The message that asks, as chat and image understanding take it. Pure.
#pragma once

#include "aiproject/imodel.h"

#include <cstdint>
#include <string>

namespace aiproject::iflytek {

enum class UserId { sent, withheld };

struct ChatParameters {
    std::string domain;
    double temperature = 0.5;
    std::int64_t topK = 4;
    std::int64_t maxTokens = 4096;
    UserId userId = UserId::sent;
};

// From the settings domain, temperature, top_k, max_tokens and uid, which both plugins have.
ChatParameters chatParametersOf(const ISettings& settings);

struct ChatBody {       // JSON
    std::string turns;  // an array
    std::string more;   // members of parameter.chat, each after a comma; may be empty
};

std::string chatRequest(const ChatParameters& parameters, const std::string& appId, Text user, const ChatBody& body);

}  // namespace aiproject::iflytek
