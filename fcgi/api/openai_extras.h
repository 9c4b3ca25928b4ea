// What an answer of an OpenAI upstream has besides text, thoughts and tool calls, such as logprobs, audio and
// annotations, put together from its chunks for a client that gets it in one piece.
#pragma once

#include <Poco/JSON/Object.h>

#include <string>
#include <string_view>

namespace aiproject {

class OpenAiExtras {
public:
    // A chunk of the answer. As the official clients do: texts are put together, lists too, and of anything else the
    // last one stays.
    void add(std::string_view chunk);

    // JSON: members of the message, each with a comma before it; null where there are none.
    std::string ofMessage() const;
    std::string logprobs() const;

private:
    Poco::JSON::Object::Ptr message_, logprobs_;
};

}  // namespace aiproject
