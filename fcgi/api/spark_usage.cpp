#include "api/frame_json.h"
#include "api/spark_frames.h"

#include "base/json_text.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace aiproject {
namespace {

using simdjson::dom::element;

constexpr std::array<std::string_view, 3> kWay{"payload", "usage", "text"};

using Counts = std::array<std::pair<std::string_view, std::int64_t>, 4>;

void addName(std::string& json, std::string_view name) {
    if (json.back() != '{') json += ',';
    addJsonText(json, name);
    json += ':';
}

// `value` with the counts, `depth` steps on the way to them; what is not an object is replaced by one.
void addWithCounts(std::string& json, const std::optional<element>& value, std::size_t depth, const Counts& counts) {
    const bool isText = depth == kWay.size();
    const auto isReplaced = [&](std::string_view key) {
        return isText ? std::any_of(counts.begin(), counts.end(), [&](const auto& each) { return each.first == key; })
                      : key == kWay.at(depth);
    };
    std::optional<element> next;
    json += '{';
    simdjson::dom::object members;
    if (value && value->get(members) == simdjson::SUCCESS)
        for (const auto& [key, member] : members) {
            if (isReplaced(key)) {
                next = member;
                continue;
            }
            addName(json, key);
            json += simdjson::minify(member);
        }
    if (isText) {
        for (const auto& [name, count] : counts) {
            addName(json, name);
            json += std::to_string(count);
        }
    } else {
        addName(json, kWay.at(depth));
        addWithCounts(json, next, depth + 1, counts);
    }
    json += '}';
}

}  // namespace

bool saysUsage(std::string_view frame, const Usage& usage) {
    const FrameLook look = lookAtSpark(frame);
    return look.usage && says(*look.usage, usage);
}

std::optional<std::string> sparkWithUsage(const std::string& frame, const Usage& usage) {
    simdjson::dom::parser parser;
    element root;
    if (parser.parse(frame).get(root) != simdjson::SUCCESS) return std::nullopt;
    std::string json;
    addWithCounts(json, root, 0,
                  {{{"question_tokens", usage.question},
                    {"prompt_tokens", usage.prompt},
                    {"completion_tokens", usage.completion},
                    {"total_tokens", usage.total}}});
    return json;
}

}  // namespace aiproject
