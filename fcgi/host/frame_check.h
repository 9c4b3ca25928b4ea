// Whether a plugin's frame is what a client's reader can take. Belongs to the thread of its reply.
#pragma once

#include <rapidjson/reader.h>

#include <string_view>

namespace aiproject {

class FrameCheck {
public:
    // One JSON object in UTF-8, nested no deeper than readers take.
    bool isObject(std::string_view text);

private:
    rapidjson::Reader reader_;  // keeps its memory from one frame to the next
};

}  // namespace aiproject
