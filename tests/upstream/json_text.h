// Objects as they go out: members in the order in which they were set, UTF-8 as it is.
#pragma once

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace aiproject::upstream {

inline Poco::JSON::Object members(const std::vector<std::pair<std::string, Poco::Dynamic::Var>>& list) {
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    for (const auto& [name, value] : list) object.set(name, value);
    return object;
}

inline Poco::JSON::Array elements(const std::vector<Poco::Dynamic::Var>& list) {
    Poco::JSON::Array array;
    for (const auto& value : list) array.add(value);
    return array;
}

inline std::string textOf(const Poco::JSON::Object& object) {
    std::ostringstream text;
    object.stringify(text);
    return text.str();
}

}  // namespace aiproject::upstream
