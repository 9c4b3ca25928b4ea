// How a request ended, as its client can tell.
#pragma once

#include "e2e/raw_http.h"

#include <cstdint>
#include <string>

namespace aiproject::test {

enum class Ending {
    answered,   // complete and successful
    refused,    // a documented code: as an envelope, or in the last frame of a stream
    left,       // the client did not wait for it
    broken,     // a stream without its last frame
    malformed,  // neither of these
    silent,     // no answer at all
    hanging,    // neither an answer nor an end, for far longer than any deadline
};

const char* nameOf(Ending ending) noexcept;

struct Verdict {
    Ending ending;
    std::string detail;  // refused: the code; broken or a model's answer: the request's id; what must not be: what came
    std::int64_t tokens = -1;  // that an answer said it has used; -1: it said none
};

// What a successful answer in one piece has beside its code: a text of that name.
struct Expected {
    std::string member = "content";
    std::string text = {};  // empty: any
};

// Of an answer that has ended.
Verdict judge(const RawAnswer& answer, const Expected& expected = {});

}  // namespace aiproject::test
