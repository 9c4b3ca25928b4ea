#include "api/frame_json.h"

#include "api/half_characters.h"
#include "base/json_tokens.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

namespace aiproject {
namespace {

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
        const bool isNumber = beginsJsonNumber(json[at]);
        const std::size_t end = json[at] == '"' ? endOfJsonText(json, at)
                                : isNumber      ? endOfJsonNumber(json, at)
                                                : at + 1;
        const std::string_view token = json.substr(at, end - at);
        const bool isPlain = token.size() <= longest && token.find_first_of("eE") == std::string_view::npos;
        if (isNumber && !isPlain && isJsonNumber(token))
            safe += "0.5";
        else
            safe += token;
        at = end;
    }
    return safe;
}

// None: it is not JSON. Most frames are read at once; what stands in the way of the others is taken out.
std::optional<simdjson::dom::element> parsed(std::string_view frame, simdjson::dom::parser& parser, bool& hasHalves) {
    const auto parse = [&parser](std::string_view json, simdjson::dom::element& root) {
        if (parser.capacity() < json.size() && parser.allocate(json.size(), kDeepest + 1) != simdjson::SUCCESS)
            throw std::bad_alloc();
        return parser.parse(json.data(), json.size()).get(root);
    };
    simdjson::dom::element root;
    auto fault = parse(frame, root);
    std::string json;
    for (int tries = 0; tries < 2 && (fault == simdjson::NUMBER_ERROR || fault == simdjson::STRING_ERROR); ++tries) {
        const std::string_view now = json.empty() ? frame : std::string_view(json);
        hasHalves |= fault == simdjson::STRING_ERROR;
        json = fault == simdjson::NUMBER_ERROR ? withoutLongNumbers(now) : withMarkedHalves(now);
        fault = parse(json, root);
    }
    if (fault == simdjson::MEMALLOC) throw std::bad_alloc();
    return fault == simdjson::SUCCESS ? std::optional(root) : std::nullopt;
}

FrameJson readBy(simdjson::dom::parser& parser, std::shared_ptr<const void> memory, std::string_view frame) {
    FrameJson json{std::nullopt, false, std::move(memory)};
    const auto root = parsed(frame, parser, json.hasHalves);
    simdjson::dom::object object;
    if (root && root->get(object) == simdjson::SUCCESS) json.object = object;
    return json;
}

}  // namespace

FrameJson readFrame(std::string_view frame) {
    constexpr std::size_t keptBytes = 16UL * 1024;  // most frames are smaller: their thread keeps what the parser needs
    thread_local simdjson::dom::parser kept;
    return frame.size() > keptBytes ? readFrameApart(frame) : readBy(kept, nullptr, frame);
}

FrameJson readFrameApart(std::string_view frame) {
    const auto once = std::make_shared<simdjson::dom::parser>();
    return readBy(*once, once, frame);
}

}  // namespace aiproject
