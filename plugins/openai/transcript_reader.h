// What an upstream answers about a recording: one object, plain or with times, or an event of a stream. Pure.
#pragma once

#include "aiproject/imodel.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aiproject::openai {

struct HeardPart {
    double begin = 0, end = 0;  // in seconds
    std::string text;
};

struct Heard {
    std::optional<std::string> text;
    std::string language;
    std::vector<HeardPart> parts;  // those of the segments that have sensible times
    std::optional<Usage> usage;    // in tokens
    std::string eventType;         // empty: it is not an event
    std::string delta;
};

// Nothing: it is not a JSON object.
std::optional<Heard> heardIn(std::string_view json);

}  // namespace aiproject::openai
