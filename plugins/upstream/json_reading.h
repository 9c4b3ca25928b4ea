// Reading JSON that a peer wrote: a member of another type is as good as missing.
#pragma once

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aiproject::outbound {

// Throws CallFailure (failed) unless the text is one JSON object, and of no more values than a message can have.
Poco::JSON::Object::Ptr objectOf(const std::string& json);

// Null when it is not there. `object` may be null, so that a path can be followed.
Poco::JSON::Object::Ptr memberObject(const Poco::JSON::Object::Ptr& object, const char* name);
Poco::JSON::Array::Ptr memberArray(const Poco::JSON::Object::Ptr& object, const char* name);
std::string memberText(const Poco::JSON::Object::Ptr& object, const char* name);  // "" likewise
std::optional<std::int64_t> memberInteger(const Poco::JSON::Object::Ptr& object, const char* name);
std::optional<std::int64_t> elementInteger(const Poco::JSON::Array::Ptr& array, unsigned index);

void addQuoted(std::string& json, std::string_view text);  // UTF-8, as a JSON text at the end of `json`
std::string quotedJson(std::string_view text);

}  // namespace aiproject::outbound
