#include "host/frame_look.h"

#include "base/json_text.h"

#include <simdjson.h>

#include <new>

namespace aiproject {
namespace {

using simdjson::dom::element;

constexpr std::size_t kDeepest = 128;

// None: it is not JSON.
std::optional<element> read(std::string_view frame, simdjson::dom::parser& parser) {
    if (parser.capacity() < frame.size() && parser.allocate(frame.size(), kDeepest + 1) != simdjson::SUCCESS)
        throw std::bad_alloc();
    element root;
    auto fault = parser.parse(frame.data(), frame.size()).get(root);
    if (fault == simdjson::NUMBER_ERROR) fault = parser.parse(withoutLongNumbers(frame)).get(root);
    if (fault == simdjson::MEMALLOC) throw std::bad_alloc();
    return fault == simdjson::SUCCESS ? std::optional(root) : std::nullopt;
}

// The last member of that name, if `value` is an object that has one.
std::optional<element> memberOf(const std::optional<element>& value, std::string_view name) {
    std::optional<element> member;
    simdjson::dom::object object;
    if (!value || value->get(object) != simdjson::SUCCESS) return member;
    for (const auto& [key, each] : object)
        if (key == name) member = each;
    return member;
}

void addAnswer(const std::optional<element>& payload, const AnswerParts& parts) {
    const auto list = memberOf(memberOf(payload, "choices"), "text");
    simdjson::dom::array texts;
    if (!list || list->get(texts) != simdjson::SUCCESS) return;
    for (const element each : texts) {
        simdjson::dom::object members;
        if (each.get(members) != simdjson::SUCCESS) continue;
        for (const auto& [key, value] : members) {
            std::string_view text;
            if ((key != "content" && key != "reasoning_content") || value.get(text) != simdjson::SUCCESS) continue;
            parts.tokens.add(text);
            if (parts.content && key == "content") *parts.content += text;
        }
    }
}

std::optional<std::int64_t> countIn(const element& text, const char* name, std::string& fault) {
    const auto member = memberOf(text, name);
    std::int64_t count = 0;
    if (!member || member->is_null()) return std::nullopt;
    if (member->get(count) == simdjson::SUCCESS) return count;
    fault = std::string(name) + " is not a whole number";
    return std::nullopt;
}

std::optional<ToldUsage> usageIn(const std::optional<element>& payload) {
    const auto text = memberOf(memberOf(payload, "usage"), "text");
    if (!text || !text->is_object()) return std::nullopt;
    ToldUsage told;
    told.question = countIn(*text, "question_tokens", told.fault);
    told.prompt = countIn(*text, "prompt_tokens", told.fault);
    told.completion = countIn(*text, "completion_tokens", told.fault);
    told.total = countIn(*text, "total_tokens", told.fault);
    return told;
}

}  // namespace

FrameLook lookAt(std::string_view frame, const AnswerParts& parts) {
    constexpr std::size_t keptBytes = 16UL * 1024;  // most frames are smaller: their thread keeps what the parser needs
    thread_local simdjson::dom::parser kept;
    simdjson::dom::parser once;
    const auto root = read(frame, frame.size() > keptBytes ? once : kept);
    if (!root || !root->is_object()) return {};
    const auto payload = memberOf(root, "payload");
    addAnswer(payload, parts);
    return {true, usageIn(payload)};
}

}  // namespace aiproject
