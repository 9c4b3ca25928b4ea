// An answer in one piece, in no dialect.
#pragma once

#include "api/answer_extras.h"

#include <string>
#include <vector>

namespace aiproject {

struct KeptToolCall {
    std::string id, name, arguments;
};

struct KeptPart {       // of a recording
    double begin, end;  // in seconds
    std::string text;
};

struct WholeAnswer {
    std::string text, thought, refusal;
    std::vector<KeptToolCall> toolCalls;
    AnswerExtras extras;
    std::vector<KeptPart> parts;
    std::string language;  // that the recording is in, as the model has recognized it
};

}  // namespace aiproject
