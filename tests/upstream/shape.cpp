#include "upstream/shape.h"

#include "upstream/endings.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>

namespace aiproject::upstream {

namespace {

template <class Names>
bool contains(const Names& names, const std::string& name) {
    return std::any_of(names.begin(), names.end(), [&](const char* one) { return name == one; });
}

template <class Names>
std::string listOf(const Names& names) {
    std::string list;
    for (const char* name : names) list += (list.empty() ? "" : "|") + std::string(name);
    return list;
}

}  // namespace

Shape Shape::parse(const std::string& text, const ShapeCodes& codes) {
    Poco::Dynamic::Var value;
    try {
        value = Poco::JSON::Parser().parse(text);
    } catch (const Poco::Exception& e) {
        throw Refusal{codes.format, "message is not JSON: " + e.displayText()};
    }
    if (value.type() != typeid(Poco::JSON::Object::Ptr)) throw Refusal{codes.format, "message is not a JSON object"};
    return {value.extract<Poco::JSON::Object::Ptr>(), "$", codes};
}

Poco::Dynamic::Var Shape::member(const std::string& name) const {
    if (!has(name)) refuseSchema(name, "is missing");
    return object_->get(name);
}

Shape Shape::object(const std::string& name) const {
    if (!has(name)) refuseSchema(name, "is missing");
    if (!object_->isObject(name)) refuseSchema(name, "is not an object");
    return {object_->getObject(name), path_ + "." + name, codes_};
}

std::vector<Shape> Shape::objects(const std::string& name) const {
    if (!has(name)) refuseSchema(name, "is missing");
    const auto array = object_->getArray(name);
    if (!array) refuseSchema(name, "is not an array");
    std::vector<Shape> found;
    for (unsigned i = 0; i < array->size(); ++i) {
        const auto place = name + "[" + std::to_string(i) + "]";
        if (!array->isObject(i)) refuseSchema(place, "is not an object");
        found.push_back({array->getObject(i), path_ + "." + place, codes_});
    }
    return found;
}

std::string Shape::text(const std::string& name) const {
    const auto value = member(name);
    if (!value.isString()) refuseSchema(name, "is not a string");
    return value.extract<std::string>();
}

std::string Shape::choice(const std::string& name, std::initializer_list<const char*> allowed) const {
    auto value = text(name);
    if (!contains(allowed, value)) refuseValue(name, "is not " + listOf(allowed));
    return value;
}

std::int64_t Shape::integer(const std::string& name, std::int64_t least, std::int64_t most) const {
    const auto value = member(name);
    // To Poco a bool is an integer too.
    if (value.isEmpty() || value.isBoolean() || !value.isInteger()) refuseSchema(name, "is not an integer");
    std::int64_t number = 0;
    try {
        number = value.convert<Poco::Int64>();
    } catch (const Poco::Exception&) {
        refuseValue(name, "is out of range");
    }
    if (number < least || number > most)
        refuseValue(name, "is not in [" + std::to_string(least) + "," + std::to_string(most) + "]");
    return number;
}

double Shape::number(const std::string& name, double above, double most) const {
    const auto value = member(name);
    if (value.isEmpty() || value.isBoolean() || value.isString() || !value.isNumeric())
        refuseSchema(name, "is not a number");
    const auto number = value.convert<double>();
    if (!(number > above && number <= most))
        refuseValue(name, "is not in (" + std::to_string(above) + "," + std::to_string(most) + "]");
    return number;
}

bool Shape::flag(const std::string& name) const {
    const auto value = member(name);
    if (!value.isBoolean()) refuseSchema(name, "is not true or false");
    return value.extract<bool>();
}

void Shape::only(const std::vector<const char*>& names) const {
    for (const auto& name : object_->getNames())
        if (!contains(names, name)) refuseSchema(name, "is not known here");
}

void Shape::refuseSchema(const std::string& name, const std::string& what) const {
    throw Refusal{codes_.schema, path_ + "." + name + " " + what};
}

void Shape::refuseValue(const std::string& name, const std::string& what) const {
    throw Refusal{codes_.value, path_ + "." + name + " " + what};
}

}  // namespace aiproject::upstream
