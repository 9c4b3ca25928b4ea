// One message of an answer, as chat and image understanding send it. Pure.
#pragma once

#include "aiproject/imodel.h"
#include "iflytek/core/error_codes.h"

#include <optional>
#include <string>

namespace aiproject::iflytek {

struct AnswerFrame {
    UpstreamError error;  // code 0: none; id is there either way
    bool headerIsLast = false;
    bool choicesAreLast = false;  // some versions say it only here
    bool hasText = false;         // a list of choices, be it empty
    bool hasOther = false;        // no choices, but something else: search results
    std::string content;          // of all choices
    // Where an element of the text has no content (a thought has only reasoning_content): the whole frame
    // with an empty one. Else empty: the message itself is in the documented shape.
    std::string completed;
    std::optional<Usage> usage;

    bool isLast() const { return headerIsLast || choicesAreLast; }
};

// Throws CallFailure (failed) when it is no such frame.
AnswerFrame readAnswerFrame(const std::string& json);

}  // namespace aiproject::iflytek
