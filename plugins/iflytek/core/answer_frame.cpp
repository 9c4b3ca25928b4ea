#include "iflytek/core/answer_frame.h"

#include "iflytek/core/json_reading.h"

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

std::optional<Usage> usageOf(const Object::Ptr& payload) {
    const auto text = memberObject(memberObject(payload, "usage"), "text");
    if (text.isNull()) return std::nullopt;
    Usage usage;
    usage.question = memberInteger(text, "question_tokens").value_or(0);
    usage.prompt = memberInteger(text, "prompt_tokens").value_or(0);
    usage.completion = memberInteger(text, "completion_tokens").value_or(0);
    usage.total = memberInteger(text, "total_tokens").value_or(usage.prompt + usage.completion);
    return usage;
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
