#include "api/answer_extras.h"

#include "base/json_text.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>

#include <sstream>

namespace aiproject {
namespace {

using Poco::Dynamic::Var;
using Poco::JSON::Array;
using Poco::JSON::Object;

void merge(Object& into, const Object& from);

// An id or a type is said again, not continued.
bool isSaidAgain(const std::string& name) { return name == "id" || name == "type" || name == "object"; }

Var merged(const std::string& name, const Var& old, const Var& more) {
    if (old.isString() && more.isString() && !isSaidAgain(name))
        return old.convert<std::string>() + more.convert<std::string>();
    if (old.type() == typeid(Array::Ptr) && more.type() == typeid(Array::Ptr)) {
        Array::Ptr list = old.extract<Array::Ptr>();
        for (const Var& each : *more.extract<Array::Ptr>()) list->add(each);
        return list;
    }
    if (old.type() == typeid(Object::Ptr) && more.type() == typeid(Object::Ptr)) {
        Object::Ptr members = old.extract<Object::Ptr>();
        merge(*members, *more.extract<Object::Ptr>());
        return members;
    }
    return more;
}

void merge(Object& into, const Object& from) {
    for (const auto& [name, value] : from) {
        if (value.isEmpty()) continue;
        into.set(name, into.has(name) && !into.isNull(name) ? merged(name, into.get(name), value) : value);
    }
}

void mergeInto(Object::Ptr& into, const Object::Ptr& from) {
    if (!from || from->size() == 0) return;
    if (into)
        merge(*into, *from);
    else
        into = from;
}

// What the answer's other parts say.
void removeShown(Object& delta) {
    for (const char* const name :
         {"role", "content", "refusal", "reasoning", "reasoning_content", "tool_calls", "function_call"})
        delta.remove(name);
}

std::string textOf(const Var& value) {
    std::ostringstream text;
    Poco::JSON::Stringifier::stringify(value, text);
    return text.str();
}

}  // namespace

void AnswerExtras::add(std::string_view frame) {
    try {
        const Object::Ptr root = Poco::JSON::Parser().parse(std::string(frame)).extract<Object::Ptr>();
        const Array::Ptr choices = root->getArray("choices");
        const Object::Ptr choice = choices ? choices->getObject(0) : nullptr;
        if (!choice) return;
        mergeInto(logprobs_, choice->getObject("logprobs"));
        Object::Ptr delta = choice->getObject(choice->isObject("delta") ? "delta" : "message");
        if (!delta) return;
        removeShown(*delta);
        mergeInto(message_, delta);
    } catch (const Poco::Exception&) {
        return;  // text and tool calls are read by others, who take more than this reader
    }
}

std::string AnswerExtras::ofMessage() const {
    std::string json;
    if (!message_) return json;
    for (const auto& [name, value] : *message_) {
        if (value.isEmpty()) continue;
        json += ',';
        addJsonText(json, name);
        json += ':' + textOf(value);
    }
    return json;
}

std::string AnswerExtras::logprobs() const { return logprobs_ ? textOf(Var(logprobs_)) : "null"; }

}  // namespace aiproject
