// Tells from the bytes of a message, without making anything of it, that there is nothing to do but to hand it
// on: most messages of an answer are such. Pure but for the memory that it keeps from one message to the next.
#pragma once

#include <rapidjson/reader.h>

#include <string>
#include <string_view>

namespace aiproject::iflytek {

class FrameGlance {
public:
    struct Seen {
        std::string id;           // the upstream's of this call; empty: not told
        bool hasContent = false;  // some of its text is not empty
    };

    // Of a text in UTF-8; stands until the next one. Null: it is the last one, an error, incomplete, no such
    // message at all, or else worth a look by readAnswerFrame().
    const Seen* at(std::string_view json);

private:
    rapidjson::Reader reader_;  // keeps its memory
    Seen seen_;
};

}  // namespace aiproject::iflytek
