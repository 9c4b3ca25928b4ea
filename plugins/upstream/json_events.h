// What all readers of the upstream's JSON have in common: how RapidJSON reads it, what of it is too much, and the words
// for what is not taken. Pure.
#pragma once

#include "upstream/failure.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <string>

namespace aiproject::outbound {

// Far more than any message has. A parsed object takes up to a kilobyte, so a message of many would cost hundreds of
// times its size.
inline constexpr int kMostValues = 20'000;
inline constexpr int kDeepest = 128;

// False: it is not JSON, or the handler has ended the reading.
// Iterative: the depth of a message is the upstream's, the stack is ours. Numbers as strings: most are nobody's
// business, may be of any size, and RapidJSON 1.1.0 computes some of them out of bounds.
template <class Handler>
bool readEvents(rapidjson::Reader& reader, rapidjson::MemoryStream& json, Handler& handler) {
    constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
    return reader.Parse<flags>(json, handler) && json.Tell() == json.size_;  // it takes a NUL for the end
}

[[noreturn]] inline void failMessage(const char* reason) {
    throw CallFailure(ModelStatus::failed, std::string("a message of the upstream ") + reason);
}

}  // namespace aiproject::outbound
