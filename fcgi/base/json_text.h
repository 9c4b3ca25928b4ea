// A text as a JSON string literal, quotes and all, for JSON that is put together by hand.
#pragma once

#include <Poco/JSONString.h>

#include <string>

namespace aiproject {

inline std::string jsonText(const std::string& text) { return Poco::toJSON(text, Poco::JSON_WRAP_STRINGS); }

}  // namespace aiproject
