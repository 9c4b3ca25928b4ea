// A JSON object as a strict service reads it: what is missing, ill-typed or out of range is a Refusal
// whose message names the path, "$.header.uid".
#pragma once

#include <Poco/JSON/Object.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace aiproject::upstream {

struct ShapeCodes {
    int format;  // no JSON object at all
    int schema;  // a member is missing, unknown, or of another type
    int value;   // out of its range
};

class Shape {
public:
    static Shape parse(const std::string& text, const ShapeCodes& codes);

    bool has(const std::string& name) const { return object_->has(name); }
    Shape object(const std::string& name) const;
    std::vector<Shape> objects(const std::string& name) const;  // of an array
    std::string text(const std::string& name) const;
    std::string choice(const std::string& name, std::initializer_list<const char*> allowed) const;
    std::int64_t integer(const std::string& name, std::int64_t least, std::int64_t most) const;
    // In (above, most].
    double number(const std::string& name, double above, double most) const;
    void only(const std::vector<const char*>& names) const;
    bool flag(const std::string& name) const;

    [[noreturn]] void refuseSchema(const std::string& name, const std::string& what) const;
    [[noreturn]] void refuseValue(const std::string& name, const std::string& what) const;

private:
    Shape(Poco::JSON::Object::Ptr object, std::string path, const ShapeCodes& codes)
        : object_(std::move(object)), path_(std::move(path)), codes_(codes) {}
    Poco::Dynamic::Var member(const std::string& name) const;

    Poco::JSON::Object::Ptr object_;
    std::string path_;
    ShapeCodes codes_;
};

}  // namespace aiproject::upstream
