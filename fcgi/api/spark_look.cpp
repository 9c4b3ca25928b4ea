#include "api/frame_json.h"
#include "api/spark_frames.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aiproject {
namespace {

using simdjson::dom::element;

constexpr std::int64_t kLast = 2;  // header.status and choices.status

std::optional<std::int64_t> integerIn(const std::optional<element>& value, std::string_view name) {
    const auto member = memberIn(value, name);
    std::int64_t number = 0;
    return member && member->get(number) == simdjson::SUCCESS ? std::optional(number) : std::nullopt;
}

// False: the element has no `content`.
bool addPieces(simdjson::dom::object members, std::vector<AnswerPiece>& pieces) {
    std::optional<element> content, thought;
    for (const auto& [key, value] : members) {
        if (key == "content") content = value;
        if (key == "reasoning_content") thought = value;
    }
    std::string_view text;
    if (thought && thought->get(text) == simdjson::SUCCESS) pieces.push_back({AnswerPiece::Kind::thought, text});
    if (content && content->get(text) == simdjson::SUCCESS) pieces.push_back({AnswerPiece::Kind::text, text});
    return content.has_value();
}

// False: an element has no `content`.
bool addPieces(simdjson::dom::array elements, std::vector<AnswerPiece>& pieces) {
    bool areComplete = true;
    for (const element each : elements) {
        simdjson::dom::object members;
        if (each.get(members) == simdjson::SUCCESS) areComplete &= addPieces(members, pieces);
    }
    return areComplete;
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

// Where in the frame `"content":""` has to be inserted; the places rise. simdjson knows places only when it reads on
// demand, and then checks less: so this comes after a look.
std::vector<std::size_t> gapsIn(simdjson::padded_string_view frame) {
    namespace ondemand = simdjson::ondemand;
    const auto each = [](ondemand::object object, std::string_view name, auto&& visit) {
        for (auto field : object)
            if (field.unescaped_key().value() == name) visit(field.value());
    };
    std::vector<std::size_t> gaps;
    const auto addGap = [&](ondemand::value element) {
        if (element.type() != ondemand::json_type::object) return;
        const auto at = std::size_t(element.raw_json_token().data() - frame.data()) + 1;
        bool hasContent = false;
        each(element.get_object(), "content", [&](ondemand::value) { hasContent = true; });
        if (!hasContent) gaps.push_back(at);
    };
    ondemand::parser parser;
    ondemand::document document = parser.iterate(frame);
    // Of what comes twice each is completed, whichever a client believes.
    each(document.get_object(), "payload", [&](ondemand::value payload) {
        if (payload.type() != ondemand::json_type::object) return;
        each(payload.get_object(), "choices", [&](ondemand::value choices) {
            if (choices.type() != ondemand::json_type::object) return;
            each(choices.get_object(), "text", [&](ondemand::value list) {
                if (list.type() != ondemand::json_type::array) return;
                for (auto element : list.get_array()) addGap(element.value());
            });
        });
    });
    return gaps;
}

// The original's client reads `content` of every element, and cannot step over a frame that lacks one. Empty: none
// does.
std::string completed(std::string_view frame) {
    const simdjson::padded_string padded(frame);
    std::string whole;
    std::size_t written = 0;
    for (const std::size_t at : gapsIn(padded)) {
        whole.append(frame, written, at - written);
        const std::size_t next = frame.find_first_not_of(" \t\r\n", at);
        whole += frame[next] == '}' ? R"("content":"")" : R"("content":"",)";
        written = at;
    }
    return written == 0 ? whole : whole.append(frame, written, std::string_view::npos);
}

bool isTwiceIn(simdjson::dom::object members, std::string_view name) {
    int count = 0;
    for (const auto& [key, value] : members) count += int(key == name);
    return count > 1;
}

bool isTwiceIn(const std::optional<element>& value, std::string_view name) {
    simdjson::dom::object members;
    return value && value->get(members) == simdjson::SUCCESS && isTwiceIn(members, name);
}

}  // namespace

FrameLook lookAtSpark(std::string_view frame) {
    FrameLook look;
    FrameJson json = readFrame(frame);
    look.memory = std::move(json.memory);
    look.isObject = json.object.has_value();
    look.hasHalves = json.hasHalves;
    if (!look.isObject) return look;
    const auto header = memberOf(*json.object, "header"), payload = memberOf(*json.object, "payload");
    const auto choices = memberIn(payload, "choices"), list = memberIn(choices, "text");
    simdjson::dom::array elements;
    const bool hasList = list && list->get(elements) == simdjson::SUCCESS;
    const bool isComplete = !hasList || addPieces(elements, look.pieces);
    if (const auto sid = memberIn(header, "sid"); sid && sid->is_string()) look.upstreamId = sid->get_string().value();
    look.usage = usageIn(payload);
    if (integerIn(header, "code") != 0) {
        look.seen = Seen::error;
        return look;
    }
    const bool isHeaderLast = integerIn(header, "status") == kLast;
    simdjson::dom::object members;
    const bool hasOther = !(choices && choices->is_object()) && payload && payload->get(members) == simdjson::SUCCESS &&
                          members.size() > 0;  // search results
    if (isHeaderLast || integerIn(choices, "status") == kLast)
        look.seen = Seen::last;
    else if (hasList || hasOther)
        look.seen = Seen::passed;
    look.isWhole = look.seen != Seen::last || (isHeaderLast && hasList && look.usage);
    const bool isAmbiguous =
        isTwiceIn(*json.object, "payload") || isTwiceIn(payload, "choices") || isTwiceIn(choices, "text");
    if ((!isComplete || isAmbiguous) && !look.hasHalves) look.completed = completed(frame);
    return look;
}

}  // namespace aiproject
