// A JSON object as OpenAI reads it: null is absent; a member that is unknown, missing, of another type or out of its
// range is an ApiError with `param` and `code`.
#pragma once

#include "upstream/openai/api_error.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

namespace aiproject::upstream::openai {

bool isInteger(const Poco::Dynamic::Var& value);  // true and false are not

class Members {
public:
    static Members parse(const std::string& body);
    Members(Poco::JSON::Object::Ptr object, std::string path) : object_(std::move(object)), path_(std::move(path)) {}

    bool has(const std::string& name) const;
    std::optional<std::string> text(const std::string& name) const;
    std::optional<double> number(const std::string& name, double least, double most) const;
    std::optional<std::int64_t> integer(const std::string& name, std::int64_t least, std::int64_t most) const;
    std::optional<bool> flag(const std::string& name) const;
    std::optional<Members> object(const std::string& name) const;
    std::optional<std::vector<Members>> objects(const std::string& name) const;  // of an array
    std::optional<std::vector<std::string>> texts(const std::string& name) const;
    std::optional<std::string> choice(const std::string& name, std::initializer_list<const char*> allowed) const;
    std::string requiredText(const std::string& name) const;
    Poco::Dynamic::Var value(const std::string& name) const { return object_->get(name); }
    Poco::JSON::Object::Ptr json() const { return object_; }

    void require(const std::string& name) const;
    void only(const std::vector<const char*>& names) const;
    // "messages[0].content"
    std::string pathOf(const std::string& name) const { return path_.empty() ? name : path_ + "." + name; }
    [[noreturn]] void refuseType(const std::string& name, const std::string& expected) const;
    [[noreturn]] void refuseValue(const std::string& name, const std::string& what,
                                  const std::string& code = "invalid_value") const;

private:
    Poco::JSON::Object::Ptr object_;
    std::string path_;
};

}  // namespace aiproject::upstream::openai
