// What an answer has besides text, thoughts and tool calls, such as logprobs, audio and annotations, put together for a
// client that gets it in one piece. Of the dialects only OpenAI's frames have any (FrameLook::hasExtras).
#pragma once

#include <Poco/JSON/Object.h>

#include <string>
#include <string_view>

namespace aiproject {

class AnswerExtras {
public:
    // One of those frames. As the official clients do: texts are put together, lists too, and of anything else the
    // last one stays.
    void add(std::string_view frame);

    // JSON: members of the message, each with a comma before it; null where there are none.
    std::string ofMessage() const;
    std::string logprobs() const;

private:
    Poco::JSON::Object::Ptr message_, logprobs_;
};

}  // namespace aiproject
