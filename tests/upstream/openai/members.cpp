#include "upstream/openai/members.h"

#include "upstream/json_text.h"
#include "upstream/utf8.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>

namespace aiproject::upstream::openai {

namespace {

using Poco::Dynamic::Var;

bool isBool(const Var& value) { return value.type() == typeid(bool); }
bool isNumber(const Var& value) { return value.isNumeric() && !isBool(value) && !value.isString(); }

std::string kindOf(const Var& value) {
    if (value.isEmpty()) return "null";
    if (value.isString()) return "a string";
    if (isBool(value)) return "a boolean";
    if (isInteger(value)) return "an integer";
    if (isNumber(value)) return "a decimal";
    return value.type() == typeid(Poco::JSON::Array::Ptr) ? "an array" : "an object";
}

}  // namespace

bool isInteger(const Var& value) { return value.isInteger() && value.type() != typeid(bool); }

std::string bodyOf(const ApiError& error) {
    if (!error.body.empty()) return error.body;
    const auto orNull = [](const std::string& text) { return text.empty() ? Var() : Var(text); };
    return textOf(members({{"error", members({{"message", error.message},
                                              {"type", error.type},
                                              {"param", orNull(error.param)},
                                              {"code", orNull(error.code)}})}}));
}

Members Members::parse(const std::string& body) {
    if (!isUtf8(body)) throw ApiError{400, "We could not parse the JSON body of your request: it is not UTF-8."};
    Var value;
    try {
        value = Poco::JSON::Parser().parse(body);
    } catch (const Poco::Exception& e) {
        throw ApiError{400, "We could not parse the JSON body of your request: " + e.displayText()};
    }
    if (value.type() != typeid(Poco::JSON::Object::Ptr))
        throw ApiError{400, "The JSON body of your request is not an object."};
    return {value.extract<Poco::JSON::Object::Ptr>(), ""};
}

bool Members::has(const std::string& name) const { return object_->has(name) && !object_->isNull(name); }

std::optional<std::string> Members::text(const std::string& name) const {
    if (!has(name)) return std::nullopt;
    const auto found = object_->get(name);
    if (!found.isString()) refuseType(name, "a string");
    return found.extract<std::string>();
}

std::string Members::requiredText(const std::string& name) const {
    require(name);
    return *text(name);
}

std::optional<double> Members::number(const std::string& name, double least, double most) const {
    if (!has(name)) return std::nullopt;
    const auto found = object_->get(name);
    if (!isNumber(found)) refuseType(name, "a decimal");
    const auto number = found.convert<double>();
    if (number < least) refuseValue(name, "is below the least value", "decimal_below_min_value");
    if (number > most) refuseValue(name, "is above the largest value", "decimal_above_max_value");
    return number;
}

std::optional<std::int64_t> Members::integer(const std::string& name, std::int64_t least, std::int64_t most) const {
    if (!has(name)) return std::nullopt;
    const auto found = object_->get(name);
    if (!isInteger(found)) refuseType(name, "an integer");
    const auto number = found.convert<std::int64_t>();
    if (number < least) refuseValue(name, "is below the least value", "integer_below_min_value");
    if (number > most) refuseValue(name, "is above the largest value", "integer_above_max_value");
    return number;
}

std::optional<bool> Members::flag(const std::string& name) const {
    if (!has(name)) return std::nullopt;
    const auto found = object_->get(name);
    if (!isBool(found)) refuseType(name, "a boolean");
    return found.extract<bool>();
}

std::optional<Members> Members::object(const std::string& name) const {
    if (!has(name)) return std::nullopt;
    if (!object_->isObject(name)) refuseType(name, "an object");
    return Members(object_->getObject(name), pathOf(name));
}

std::optional<std::vector<Members>> Members::objects(const std::string& name) const {
    if (!has(name)) return std::nullopt;
    if (!object_->isArray(name)) refuseType(name, "an array of objects");
    const auto array = object_->getArray(name);
    std::vector<Members> found;
    found.reserve(array->size());
    for (unsigned i = 0; i < array->size(); ++i) {
        const auto place = name + "[" + std::to_string(i) + "]";
        if (!array->isObject(i))
            throw ApiError{400, "Invalid type for '" + pathOf(place) + "': expected an object.", pathOf(place),
                           "invalid_type"};
        found.emplace_back(array->getObject(i), pathOf(place));
    }
    return found;
}

std::optional<std::vector<std::string>> Members::texts(const std::string& name) const {
    if (!has(name)) return std::nullopt;
    if (!object_->isArray(name)) refuseType(name, "an array of strings");
    const auto array = object_->getArray(name);
    std::vector<std::string> found;
    found.reserve(array->size());
    for (const auto& one : *array) {
        if (!one.isString()) refuseType(name, "an array of strings");
        found.push_back(one.extract<std::string>());
    }
    return found;
}

std::optional<std::string> Members::choice(const std::string& name, std::initializer_list<const char*> allowed) const {
    auto found = text(name);
    if (!found) return found;
    const bool isKnown = std::any_of(allowed.begin(), allowed.end(), [&](const char* one) { return *found == one; });
    if (!isKnown) refuseValue(name, "has the unsupported value '" + *found + "'");
    return found;
}

void Members::require(const std::string& name) const {
    if (!has(name))
        throw ApiError{400, "Missing required parameter: '" + pathOf(name) + "'.", pathOf(name),
                       "missing_required_parameter"};
}

void Members::only(const std::vector<const char*>& names) const {
    for (const auto& name : object_->getNames()) {
        const auto& wanted = name;
        if (std::none_of(names.begin(), names.end(), [&](const char* one) { return wanted == one; }))
            throw ApiError{400, "Unknown parameter: '" + pathOf(name) + "'.", pathOf(name), "unknown_parameter"};
    }
}

void Members::refuseType(const std::string& name, const std::string& expected) const {
    throw ApiError{400,
                   "Invalid type for '" + pathOf(name) + "': expected " + expected + ", but got " +
                       kindOf(object_->get(name)) + " instead.",
                   pathOf(name), "invalid_type"};
}

void Members::refuseValue(const std::string& name, const std::string& what, const std::string& code) const {
    throw ApiError{400, "Invalid '" + pathOf(name) + "': it " + what + ".", pathOf(name), code};
}

}  // namespace aiproject::upstream::openai
