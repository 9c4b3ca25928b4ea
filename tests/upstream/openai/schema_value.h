// A value that a JSON schema demands, the same each time.
#pragma once

#include <Poco/JSON/Object.h>

#include <string>

namespace aiproject::upstream::openai {

// `text` is each string in it. All properties of an object are there; nullptr: an empty object.
Poco::Dynamic::Var valueFor(const Poco::JSON::Object::Ptr& schema, const std::string& text);

}  // namespace aiproject::upstream::openai
