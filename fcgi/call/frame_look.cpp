#include "call/frame_look.h"

#include "base/json_member.h"

#include <simdjson.h>

#include <algorithm>
#include <new>

namespace aiproject {
namespace {

using simdjson::dom::element;

constexpr std::size_t kDeepest = 128;

// Whether it is a number as RFC 8259, 6, has them.
bool isJsonNumber(std::string_view text) {
    const auto digits = [&text] {
        const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
        text.remove_prefix(count);
        return count;
    };
    const auto skip = [&text](std::string_view any) {
        const bool isThere = !text.empty() && any.find(text[0]) != std::string_view::npos;
        if (isThere) text.remove_prefix(1);
        return isThere;
    };
    skip("-");
    if (!skip("0") && digits() == 0) return false;
    if (skip(".") && digits() == 0) return false;
    if (skip("eE")) {
        skip("+-");
        if (digits() == 0) return false;
    }
    return text.empty();
}

// The same JSON with 0.5 for each number that a 64-bit integer or a double may be too small for. For readers that
// refuse a whole text because of one number, which may stand where nobody looks. What is not a number stays.
std::string withoutLongNumbers(std::string_view json) {
    constexpr std::size_t longest = 18;  // digits of an integer
    std::string safe;
    for (std::size_t at = 0; at < json.size();) {
        std::size_t end = at + 1;
        if (json[at] == '"') {
            while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
            end = std::min(end + 1, json.size());
        } else if (json[at] == '-' || (json[at] >= '0' && json[at] <= '9')) {
            end = std::min(json.find_first_not_of("0123456789+-.eE", at), json.size());
        }
        const std::string_view token = json.substr(at, end - at);
        const bool isPlain = token.size() <= longest && token.find_first_of("eE") == std::string_view::npos;
        if (token[0] != '"' && !isPlain && isJsonNumber(token))
            safe += "0.5";
        else
            safe += token;
        at = end;
    }
    return safe;
}

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

std::optional<element> memberIn(const std::optional<element>& value, std::string_view name) {
    simdjson::dom::object object;
    if (!value || value->get(object) != simdjson::SUCCESS) return std::nullopt;
    return memberOf(object, name);
}

void addAnswer(const std::optional<element>& payload, const AnswerParts& parts) {
    const auto list = memberIn(memberIn(payload, "choices"), "text");
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
    const auto member = memberIn(text, name);
    std::int64_t count = 0;
    if (!member || member->is_null()) return std::nullopt;
    if (member->get(count) == simdjson::SUCCESS) return count;
    fault = std::string(name) + " is not a whole number";
    return std::nullopt;
}

std::optional<ToldUsage> usageIn(const std::optional<element>& payload) {
    const auto text = memberIn(memberIn(payload, "usage"), "text");
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
    const auto payload = memberIn(root, "payload");
    addAnswer(payload, parts);
    return {true, usageIn(payload)};
}

}  // namespace aiproject
