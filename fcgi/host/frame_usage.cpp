#include "host/frame_usage.h"

#include "base/json_size.h"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <sstream>
#include <stdexcept>

namespace aiproject {
namespace {

constexpr std::size_t kMostValues = 20'000;  // of a frame that is read: parsed, each takes some 300 bytes

// None where nothing stands; throws where there is something that is no whole number.
std::optional<std::int64_t> countIn(const Poco::JSON::Object& usage, const char* name) {
    const Poco::Dynamic::Var value = usage.get(name);
    if (value.isEmpty()) return std::nullopt;
    if (!value.isInteger() || value.isBoolean()) throw std::runtime_error(std::string(name) + " is no whole number");
    return value.convert<std::int64_t>();
}

Poco::JSON::Object::Ptr objectIn(const std::string& frame) {
    if (valuesIn(frame) > kMostValues) throw std::runtime_error("it has too many values");
    return Poco::JSON::Parser().parse(frame).extract<Poco::JSON::Object::Ptr>();
}

struct ToldUsage {  // as a frame has it; none: the member is missing
    std::optional<std::int64_t> question, prompt, completion, total;
};

// None: there is no such object. Throws for a member that is no whole number.
std::optional<ToldUsage> toldUsageIn(const Poco::JSON::Object& frame) {
    const auto payload = frame.getObject("payload");
    const auto usage = payload ? payload->getObject("usage") : nullptr;
    const auto text = usage ? usage->getObject("text") : nullptr;
    if (!text) return std::nullopt;
    return ToldUsage{countIn(*text, "question_tokens"), countIn(*text, "prompt_tokens"),
                     countIn(*text, "completion_tokens"), countIn(*text, "total_tokens")};
}

// Whether clients read in it what is billed: the total has to be there, and no part may be another.
bool says(const Poco::JSON::Object& frame, const Usage& billed) {
    try {
        const auto told = toldUsageIn(frame);
        return told && told->total == billed.total && told->question.value_or(billed.question) == billed.question &&
               told->prompt.value_or(billed.prompt) == billed.prompt &&
               told->completion.value_or(billed.completion) == billed.completion;
    } catch (const std::exception&) {  // a member that is no whole number
        return false;
    }
}

Poco::JSON::Object::Ptr memberOf(Poco::JSON::Object::Ptr object, const char* name) {
    Poco::JSON::Object::Ptr member = object->getObject(name);
    if (!member) object->set(name, member = new Poco::JSON::Object);
    return member;
}

}  // namespace

std::string withUsage(const std::string& frame, const Usage& usage) {
    Poco::JSON::Object::Ptr root = objectIn(frame);
    if (says(*root, usage)) return frame;
    Poco::JSON::Object::Ptr text = memberOf(memberOf(memberOf(root, "payload"), "usage"), "text");
    text->set("question_tokens", usage.question);
    text->set("prompt_tokens", usage.prompt);
    text->set("completion_tokens", usage.completion);
    text->set("total_tokens", usage.total);
    std::ostringstream json;
    root->stringify(json);
    return json.str();
}

std::optional<Usage> usageOf(const std::string& frame) {
    const auto told = toldUsageIn(*objectIn(frame));
    if (!told) return std::nullopt;
    Usage usage{told->question.value_or(0), told->prompt.value_or(0), told->completion.value_or(0),
                told->total.value_or(0)};
    const bool canBeSummed = !told->total && told->prompt && told->completion;
    if (canBeSummed && __builtin_add_overflow(usage.prompt, usage.completion, &usage.total))
        throw std::runtime_error("its parts are beyond all numbers");
    if (usage.total == 0)
        throw std::runtime_error(
            "total_tokens is missing or 0, and prompt_tokens and completion_tokens do not make it");
    return usage;
}

}  // namespace aiproject
