#include "iflytek/core/answer_frame.h"

#include "iflytek/core/json_reading.h"

#include <limits>
#include <sstream>

namespace aiproject::iflytek {
namespace {

using Poco::JSON::Object;

constexpr std::int64_t kLast = 2;

std::string contentOf(const Object::Ptr& choices) {
    const auto texts = memberArray(choices, "text");
    std::string content;
    if (texts.isNull()) return content;
    for (unsigned i = 0; i < texts->size(); ++i) content += memberText(texts->getObject(i), "content");
    return content;
}

// The original's client reads `content` of every element, and cannot step over a frame that lacks one.
std::string completedFrame(const Object::Ptr& root, const Object::Ptr& choices) {
    const auto texts = memberArray(choices, "text");
    bool isComplete = true;
    for (unsigned i = 0; !texts.isNull() && i < texts->size(); ++i) {
        Object::Ptr element = texts->getObject(i);
        if (element.isNull() || element->has("content")) continue;
        element->set("content", "");
        isComplete = false;
    }
    if (isComplete) return {};
    std::ostringstream json;
    root->stringify(json);
    return json.str();
}

// None: one is missing, or they are no counts that can be added.
std::optional<std::int64_t> sumOf(std::optional<std::int64_t> one, std::optional<std::int64_t> other) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    if (!one || !other || *one < 0 || *other < 0 || *one > most - *other) return std::nullopt;
    return *one + *other;
}

// The rule for reports in fcgi/billing/README.md. None: nothing that a bill can rest on. No answer of this upstream is
// free: where all is 0 it has not counted.
std::optional<Usage> usageOf(const Object::Ptr& payload) {
    const auto text = memberObject(memberObject(payload, "usage"), "text");
    if (text.isNull()) return std::nullopt;
    for (const char* name : {"question_tokens", "prompt_tokens", "completion_tokens", "total_tokens"})
        if (text->has(name) && !text->isNull(name) && !memberInteger(text, name)) return std::nullopt;
    const auto prompt = memberInteger(text, "prompt_tokens"), completion = memberInteger(text, "completion_tokens");
    auto total = memberInteger(text, "total_tokens");
    if (!total) total = sumOf(prompt, completion);
    if (!total) return std::nullopt;
    const Usage usage{memberInteger(text, "question_tokens").value_or(0), prompt.value_or(0), completion.value_or(0),
                      *total};
    const bool isNothing = usage.question == 0 && usage.prompt == 0 && usage.completion == 0 && usage.total == 0;
    return isNothing ? std::nullopt : std::optional(usage);
}

}  // namespace

AnswerFrame readAnswerFrame(const std::string& json) {
    const auto root = objectOf(json);
    const auto header = memberObject(root, "header");
    const auto code = memberInteger(header, "code");
    if (!code) throw CallFailure(ModelStatus::failed, "a message of the upstream has no header.code");

    const auto payload = memberObject(root, "payload");
    const auto choices = memberObject(payload, "choices");
    AnswerFrame frame;
    frame.error = {*code, memberText(header, "message"), memberText(header, "sid")};
    frame.headerIsLast = memberInteger(header, "status") == kLast;
    frame.choicesAreLast = memberInteger(choices, "status") == kLast;
    frame.hasText = !memberArray(choices, "text").isNull();
    frame.hasOther = choices.isNull() && !payload.isNull() && payload->size() > 0;
    frame.content = contentOf(choices);
    frame.completed = completedFrame(root, choices);
    frame.usage = usageOf(payload);
    return frame;
}

}  // namespace aiproject::iflytek
