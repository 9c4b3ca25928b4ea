// One message of an answer, as chat and image understanding send it. Pure but for the memory that a reader keeps from
// one message to the next.
#pragma once

#include "aiproject/imodel.h"
#include "iflytek/core/error_codes.h"

#include <rapidjson/reader.h>

#include <optional>
#include <string>
#include <string_view>

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

class AnswerReader {
public:
    // Of a text in UTF-8; the frame stands until the next one. Of members that come twice the last one counts. Throws
    // CallFailure (failed) when it is no such frame.
    const AnswerFrame& read(std::string_view json);

private:
    rapidjson::Reader reader_;
    AnswerFrame frame_;
};

inline AnswerFrame readAnswerFrame(std::string_view json) { return AnswerReader().read(json); }

}  // namespace aiproject::iflytek
