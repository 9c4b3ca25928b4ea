#include "http/json_body.h"

#include "base/error.h"
#include "base/json_size.h"
#include "base/utf8.h"

#include <Poco/JSON/Parser.h>

#include <utility>

namespace aiproject {
namespace {

constexpr std::size_t kDeepest = 16;  // the documented bodies need three levels

constexpr std::size_t kMostValues = 50'000;  // a parsed value takes some 300 bytes, a dialog's turn three values

Poco::Dynamic::Var parsed(std::string text) {
    text.erase(0, text.size() - withoutByteOrderMark(text).size());
    if (valuesIn(text) > kMostValues) throw refusal(ErrorKind::badRequest, "the body has too many values");
    if (!isUtf8(text)) throw refusal(ErrorKind::badRequest, "the body is not valid UTF-8");
    try {
        Poco::JSON::Parser parser;
        parser.setDepth(kDeepest);
        return parser.parse(text);
    } catch (const Poco::Exception&) {
        // Poco repeats pieces of the input in its messages, a password among them: neither for the client nor for the
        // log.
        throw Error(ErrorKind::badRequest, "a body of " + std::to_string(text.size()) + " bytes is not JSON",
                    "the body is not valid JSON");
    }
}

}  // namespace

std::string_view withoutByteOrderMark(std::string_view text) {
    constexpr std::string_view mark = "\xef\xbb\xbf";
    if (text.substr(0, mark.size()) == mark) text.remove_prefix(mark.size());
    return text;
}

JsonBody::JsonBody(std::string text) {
    const Poco::Dynamic::Var root = parsed(std::move(text));
    if (root.type() != typeid(Poco::JSON::Object::Ptr))
        throw refusal(ErrorKind::badRequest, "the body is not a JSON object");
    object_ = root.extract<Poco::JSON::Object::Ptr>();
}

std::string JsonBody::text(const std::string& name) const {
    if (!object_->has(name)) throw refusal(ErrorKind::badRequest, "the body lacks '" + name + "'");
    return textOf(object_->get(name), "'" + name + "'");
}

std::string JsonBody::textOr(const std::string& name, const std::string& missing) const {
    return object_->has(name) && !object_->isNull(name) ? text(name) : missing;
}

Poco::JSON::Array::Ptr JsonBody::array(const std::string& name) const {
    if (!object_->has(name)) throw refusal(ErrorKind::badRequest, "the body lacks '" + name + "'");
    if (!object_->isArray(name)) throw refusal(ErrorKind::badRequest, "'" + name + "' is not a list");
    return object_->getArray(name);
}

std::string textOf(const Poco::Dynamic::Var& value, const std::string& what) {
    if (value.type() != typeid(std::string)) throw refusal(ErrorKind::badRequest, what + " is not text");
    std::string text = value.extract<std::string>();
    // An escaped half of a surrogate pair gets through the parser.
    if (!isUtf8(text)) throw refusal(ErrorKind::badRequest, what + " is not valid UTF-8");
    return text;
}

}  // namespace aiproject
