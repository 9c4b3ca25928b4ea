#include "upstream/openai/schema_value.h"

#include <Poco/JSON/Array.h>

namespace aiproject::upstream::openai {

namespace {

using Poco::Dynamic::Var;
using Poco::JSON::Object;

Var objectFor(const Object& schema, const std::string& text) {
    Object::Ptr value = new Object;
    const auto properties = schema.getObject("properties");
    if (!properties) return value;
    for (const auto& name : properties->getNames()) value->set(name, valueFor(properties->getObject(name), text));
    return value;
}

std::string typeOf(const Object& schema) {
    if (schema.isArray("type")) return schema.getArray("type")->getElement<std::string>(0);
    if (schema.has("type")) return schema.getValue<std::string>("type");
    return schema.has("properties") ? "object" : "string";
}

}  // namespace

Var valueFor(const Object::Ptr& schema, const std::string& text) {
    if (schema.isNull()) return Object::Ptr(new Object);
    if (schema->has("const")) return schema->get("const");
    if (schema->isArray("enum")) return schema->getArray("enum")->get(0);
    if (schema->isArray("anyOf")) return valueFor(schema->getArray("anyOf")->getObject(0), text);
    const auto type = typeOf(*schema);
    if (type == "object") return objectFor(*schema, text);
    if (type == "number" || type == "integer") return 1;
    if (type == "boolean") return true;
    if (type == "null") return {};
    if (type != "array") return text;
    Poco::JSON::Array::Ptr list = new Poco::JSON::Array;
    if (schema->isObject("items")) list->add(valueFor(schema->getObject("items"), text));
    return list;
}

}  // namespace aiproject::upstream::openai
