// The JSON of an upstream's frame, as simdjson reads it.
#pragma once

#include "base/json_member.h"

#include <simdjson.h>

#include <memory>
#include <optional>
#include <string_view>

namespace aiproject {

struct FrameJson {
    std::optional<simdjson::dom::object> object;  // none: it is not one JSON object in UTF-8, or nested too deep
    bool hasHalves = false;                       // texts have marks in place of half characters, see half_characters.h
    std::shared_ptr<const void> memory;  // of the object; none: it is the thread's, until it reads the next frame
};

// Numbers that a 64-bit integer or a double is too small for become 0.5. Throws std::bad_alloc.
FrameJson readFrame(std::string_view frame);
// The same in memory of its own, and leaves alone what the thread has read.
FrameJson readFrameApart(std::string_view frame);

// None: `value` is not an object, or has no such member.
inline std::optional<simdjson::dom::element> memberIn(const std::optional<simdjson::dom::element>& value,
                                                      std::string_view name) {
    simdjson::dom::object object;
    if (!value || value->get(object) != simdjson::SUCCESS) return std::nullopt;
    return memberOf(object, name);
}

}  // namespace aiproject
