// Whether a plugin's frame is what a client's reader can take. Belongs to the thread of its reply.
#pragma once

#include <rapidjson/reader.h>

#include <string>
#include <string_view>

#include "base/token_estimate.h"

namespace aiproject {

class FrameCheck {
public:
    // One JSON object in UTF-8, nested no deeper than readers take. Adds its answer text
    // (payload.choices.text[*].content, and .reasoning_content, the thoughts) to `answer`, also of one that is refused.
    // Appends the text without the thoughts to `content`, where there is one.
    bool isObject(std::string_view text, TokenEstimate& answer, std::string* content = nullptr);

private:
    rapidjson::Reader reader_;  // keeps its memory from one frame to the next
};

}  // namespace aiproject
