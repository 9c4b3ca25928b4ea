// What an answer has besides text, thoughts and tool calls, such as logprobs, audio and annotations, put together for a
// client that gets it in one piece. Of the dialects only OpenAI's frames have any (FrameLook::hasExtras).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace aiproject {

// A value of which pieces come.
struct PiecedJson {
    enum class Kind { none, text, list, object, other };

    Kind kind = Kind::none;
    std::string name;               // of a member of an object
    std::string text;               // a text as it reads, of the others the JSON; of a list what stands behind `parts`
    std::vector<PiecedJson> parts;  // an object's members; a list's entries that are numbered
};

class AnswerExtras {
public:
    // One of those frames; answers how many bytes it takes to keep it: above `most` it is not kept to its end. Texts
    // are put together, and lists, whose entries are one when both have the same `index`, their place in it; of
    // anything else the last one stays. Throws std::bad_alloc.
    std::size_t add(std::string_view frame, std::size_t most);

    // JSON: members of the message, each with a comma before it; null where there are none.
    std::string ofMessage() const;
    std::string logprobs() const;

private:
    PiecedJson message_, logprobs_;
};

}  // namespace aiproject
