// An answer in one piece, in no dialect.
#pragma once

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
    std::string text, thought;
    std::vector<KeptToolCall> toolCalls;
    std::vector<KeptPart> parts;
    std::string language;  // that the recording is in, as the model has recognized it
};

}  // namespace aiproject
