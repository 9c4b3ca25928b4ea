#include "upstream/json_reading.h"

#include "upstream/json_events.h"
#include "upstream/text.h"

#include <Poco/JSON/ParseHandler.h>
#include <Poco/NumericString.h>
#include <rapidjson/writer.h>

#include <charconv>
#include <system_error>

namespace aiproject::outbound {
namespace {

// RapidJSON's events as Poco's values. Poco's own parser refuses a whole text for one integer of more than 64 bits,
// which may stand where nobody looks; here it is a floating-point number, and so no integer to anybody.
class ValueBuilder final : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, ValueBuilder> {
public:
    bool hasTooMany() const { return values_ > kMostValues; }
    Poco::Dynamic::Var value() const { return tree_.asVar(); }

    bool Null() {
        tree_.null();
        return isCounted();
    }
    bool Bool(bool value) {
        tree_.value(value);
        return isCounted();
    }
    bool RawNumber(const char* bytes, rapidjson::SizeType size, bool /*copy*/) {
        const std::string_view text(bytes, size);
        // Beyond what a double can tell: infinite, or 0. Never a text, which would be an answer's.
        if (!takes<Poco::Int64>(text) && !takes<Poco::UInt64>(text) && !takes<double>(text))
            tree_.value(Poco::strToDouble(std::string(text).c_str()));
        return isCounted();
    }
    bool String(const char* bytes, rapidjson::SizeType size, bool /*copy*/) {
        tree_.value(std::string(bytes, size));
        return isUtf8({bytes, size}) && isCounted();  // a \u escape may make what is none
    }
    bool Key(const char* bytes, rapidjson::SizeType size, bool /*copy*/) {
        tree_.key(std::string(bytes, size));
        return isUtf8({bytes, size});
    }
    bool StartObject() {
        tree_.startObject();
        return ++depth_ <= kDeepest && isCounted();
    }
    bool EndObject(rapidjson::SizeType /*members*/) {
        tree_.endObject();
        return --depth_ >= 0;
    }
    bool StartArray() {
        tree_.startArray();
        return ++depth_ <= kDeepest && isCounted();
    }
    bool EndArray(rapidjson::SizeType /*elements*/) {
        tree_.endArray();
        return --depth_ >= 0;
    }

private:
    bool isCounted() { return ++values_ <= kMostValues; }

    template <class Number>
    bool takes(std::string_view text) {
        Number number{};
        const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (fault != std::errc() || end != text.data() + text.size()) return false;
        tree_.value(number);
        return true;
    }

    Poco::JSON::ParseHandler tree_;
    int values_ = 0;
    int depth_ = 0;
};

// RapidJSON writes there.
struct TextEnd {
    using Ch = char;
    void Put(char c) { text += c; }
    void Flush() {}

    std::string& text;
};

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
    rapidjson::Reader reader;
    rapidjson::MemoryStream bytes(json.data(), json.size());
    ValueBuilder builder;
    try {
        const bool isRead = readEvents(reader, bytes, builder);
        if (builder.hasTooMany()) failMessage("has too many values");
        if (!isRead) {
            const std::string repaired = withoutHalves(json);
            if (repaired != json) return objectOf(repaired);
            failMessage("is no JSON");
        }
        const Poco::Dynamic::Var value = builder.value();
        if (value.type() == typeid(Poco::JSON::Object::Ptr)) return value.extract<Poco::JSON::Object::Ptr>();
    } catch (const Poco::Exception&) {  // a value that stands alone
    }
    failMessage("is no JSON object");
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

void addQuoted(std::string& json, std::string_view text) {
    TextEnd end{json};
    rapidjson::Writer<TextEnd>(end).String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

std::string quotedJson(std::string_view text) {
    std::string json;
    addQuoted(json, text);
    return json;
}

}  // namespace aiproject::outbound
