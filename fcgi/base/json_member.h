// A member of an object that simdjson has read.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string_view>

namespace aiproject {

// Of several members of that name the last one counts.
inline std::optional<simdjson::dom::element> memberOf(simdjson::dom::object object, std::string_view name) {
    std::optional<simdjson::dom::element> member;
    for (const auto& [key, value] : object)
        if (key == name) member = value;
    return member;
}

// Null counts as absent.
inline std::optional<simdjson::dom::element> memberUnlessNull(simdjson::dom::object object, std::string_view name) {
    const auto member = memberOf(object, name);
    return member && !member->is_null() ? member : std::nullopt;
}

}  // namespace aiproject
