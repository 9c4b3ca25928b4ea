// What Spark chat and image understanding demand of the question. Pure.
#pragma once

#include "upstream/services.h"

#include <cstdint>
#include <string>

namespace aiproject::upstream {

struct ChatQuestion {
    std::string question;            // content of the last turn
    std::int64_t promptTokens = 0;   // of all turns; a picture is 273
    std::uint64_t pictureBytes = 0;  // decoded
    bool reasons = false;            // X1, unless it was told not to
};

// Throws Refusal with the documented code.
ChatQuestion readChatRequest(const std::string& message, const Endpoint& endpoint, const std::string& appId);

}  // namespace aiproject::upstream
