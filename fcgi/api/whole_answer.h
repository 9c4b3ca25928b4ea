// An answer in one piece, in no dialect.
#pragma once

#include <string>
#include <vector>

namespace aiproject {

struct KeptToolCall {
    std::string id, name, arguments;
};

struct WholeAnswer {
    std::string text, thought;
    std::vector<KeptToolCall> toolCalls;
};

}  // namespace aiproject
