// Where the members of a JSON object stand in its text, so that one can be replaced and all others passed on as they
// are. Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace aiproject::outbound {

struct JsonMember {
    std::string_view name;   // without quotes
    std::string_view whole;  // from the name's quote to the value's end
    std::string_view value;
};

// In their order. Nothing: the text is not one object, or a name in it has an escape, so that a reader of JSON may see
// another name than stands here. What stands inside a value is not looked at: the text is known to be JSON.
std::optional<std::vector<JsonMember>> membersOf(std::string_view json);

// Of one array, each in its own text. Nothing: the text is not one.
std::optional<std::vector<std::string_view>> elementsOf(std::string_view json);

}  // namespace aiproject::outbound
