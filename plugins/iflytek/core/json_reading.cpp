#include "iflytek/core/json_reading.h"

#include "iflytek/core/call_failure.h"

#include <Poco/JSON/Parser.h>
#include <Poco/JSON/Stringifier.h>

#include <algorithm>
#include <sstream>

namespace aiproject::iflytek {
namespace {

// A parsed object takes up to a kilobyte, so a message of many would cost hundreds of times its size.
// What stands in strings counts, too: no message of these services has nearly so much of it.
constexpr std::ptrdiff_t kMostValues = 20'000;

std::ptrdiff_t mostValuesIn(const std::string& json) {
    return std::count_if(json.begin(), json.end(), [](char c) { return c == ',' || c == '{' || c == '['; });
}

Poco::Dynamic::Var member(const Poco::JSON::Object::Ptr& object, const char* name) {
    return object.isNull() ? Poco::Dynamic::Var() : object->get(name);
}

std::optional<std::int64_t> integerOf(const Poco::Dynamic::Var& value) {
    if (value.isEmpty() || !value.isInteger() || value.isBoolean()) return std::nullopt;
    try {
        return value.convert<Poco::Int64>();
    } catch (const Poco::Exception&) {
        return std::nullopt;  // larger than any number of this protocol
    }
}

}  // namespace

Poco::JSON::Object::Ptr objectOf(const std::string& json) {
    if (mostValuesIn(json) > kMostValues)
        throw CallFailure(ModelStatus::failed, "a message of the upstream has too many values");
    Poco::JSON::Parser parser;
    try {
        const Poco::Dynamic::Var value = parser.parse(json);
        if (value.type() == typeid(Poco::JSON::Object::Ptr)) return value.extract<Poco::JSON::Object::Ptr>();
    } catch (const Poco::Exception&) {
        throw CallFailure(ModelStatus::failed, "a message of the upstream is no JSON");
    }
    throw CallFailure(ModelStatus::failed, "a message of the upstream is no JSON object");
}

Poco::JSON::Object::Ptr memberObject(const Poco::JSON::Object::Ptr& object, const char* name) {
    return object.isNull() ? nullptr : object->getObject(name);
}

Poco::JSON::Array::Ptr memberArray(const Poco::JSON::Object::Ptr& object, const char* name) {
    return object.isNull() ? nullptr : object->getArray(name);
}

std::string memberText(const Poco::JSON::Object::Ptr& object, const char* name) {
    const Poco::Dynamic::Var value = member(object, name);
    return value.isString() ? value.extract<std::string>() : std::string();
}

std::optional<std::int64_t> memberInteger(const Poco::JSON::Object::Ptr& object, const char* name) {
    return integerOf(member(object, name));
}

std::optional<std::int64_t> elementInteger(const Poco::JSON::Array::Ptr& array, unsigned index) {
    return array.isNull() ? std::nullopt : integerOf(array->get(index));
}

std::string quotedJson(std::string_view text) {
    std::ostringstream quoted;
    Poco::JSON::Stringifier::stringify(std::string(text), quoted);
    return quoted.str();
}

}  // namespace aiproject::iflytek
