// Which service answers at which path, and what differs from one chat model to another.
#pragma once

#include "upstream/simulator.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace aiproject::upstream {

// A chat model, or image understanding, by its path.
struct ChatModel {
    std::vector<std::string_view> domains;
    std::int64_t maxTokens = 8192;  // upper end of max_tokens
    double maxTemperature = 1;
    bool takesSystem = true;
    bool takesFunctions = true;
    bool reasons = false;  // X1: thinks before it answers, and knows more parameters
};

struct Endpoint {
    std::string_view path;  // to the letter
    Service service;
    ChatModel model;  // sparkChat and image
};

// nullptr: no such path.
const Endpoint* endpointAt(const std::string& path);

}  // namespace aiproject::upstream
