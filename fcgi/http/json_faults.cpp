#include "http/json_faults.h"

#include "base/json_tokens.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace aiproject {
namespace {

constexpr std::string_view kDigits = "0123456789";

// Walks over numbers and texts; what stands between them was found to be in order, or nobody reads on.
class Walk {
public:
    explicit Walk(std::string_view json) : json_(json) {}

    // The next value that is a text, without its quotes, or begins as a number does. False: there is none.
    bool next() {
        while (at_ < json_.size()) {
            const char c = json_[at_];
            if (c == '"') {
                value_ = text();
                if (isText_ = !takesName(); isText_) return true;
                places_.back().name = value_;
                places_.back().isNamed = true;
                continue;
            }
            if (beginsJsonNumber(c)) {
                const std::size_t end = endOfJsonNumber(json_, at_);
                value_ = json_.substr(at_, end - at_);
                at_ = end;
                isText_ = false;
                return true;
            }
            ++at_;
            if (c == '{' || c == '[') places_.push_back({c == '[', 0, {}, false});
            if ((c == '}' || c == ']') && !places_.empty()) places_.pop_back();
            if (c == ',' && !places_.empty()) {
                ++places_.back().index;
                places_.back().isNamed = false;
            }
        }
        return false;
    }
    bool isText() const noexcept { return isText_; }
    std::string_view value() const noexcept { return value_; }

    // "messages[3].content"; empty where a name in it is none that a member of ours could have.
    std::string path() const {
        std::string path;
        for (const Place& place : places_) {
            if (place.isList) {
                path += "[" + std::to_string(place.index) + "]";
                continue;
            }
            const bool isPlain =
                !place.name.empty() && place.name.size() <= 64 &&
                std::all_of(place.name.begin(), place.name.end(), [](char c) {
                    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
                });
            if (!isPlain) return {};
            path.append(path.empty() ? "" : ".").append(place.name);
        }
        return path;
    }

private:
    struct Place {
        bool isList;
        std::size_t index;
        std::string_view name;
        bool isNamed;
    };

    bool takesName() const { return !places_.empty() && !places_.back().isList && !places_.back().isNamed; }
    std::string_view text() {
        const std::size_t begin = at_ + 1;
        at_ = endOfJsonText(json_, at_);
        return json_.substr(begin, at_ - 1 - begin);
    }

    const std::string_view json_;
    std::size_t at_ = 0;
    std::vector<Place> places_;
    std::string_view value_;
    bool isText_ = false;
};

// What follows the grammar and yet has no value here.
bool isTooLarge(std::string_view number) {
    const std::size_t sign = number.front() == '-' ? 1 : 0;
    if (number.find_first_not_of(kDigits, sign) != std::string_view::npos) {
        const std::string text(number);
        char* behind = nullptr;
        return std::isinf(std::strtod(text.c_str(), &behind)) && *behind == '\0';
    }
    std::int64_t whole = 0;
    std::uint64_t natural = 0;
    const char* const end = number.data() + number.size();
    const auto fault =
        sign != 0 ? std::from_chars(number.data(), end, whole).ec : std::from_chars(number.data(), end, natural).ec;
    return fault == std::errc::result_out_of_range;
}

bool hasHalf(std::string_view text) {
    for (std::size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
        const std::uint32_t unit = escapedUnit(text, at).value_or(0);
        const bool isPair = isFirstHalf(unit) && isSecondHalf(escapedUnit(text, at + kJsonEscape).value_or(0));
        if (!isPair && (isFirstHalf(unit) || isSecondHalf(unit))) return true;
        at += isPair ? 2 * kJsonEscape : 2;
    }
    return false;
}

Error faultAt(const Walk& walk, const std::string& what) {
    const std::string path = walk.path();
    return refusalOf(path, (path.empty() ? "the body" : "'" + path + "'") + what);
}

}  // namespace

std::optional<Error> numberOutOfRange(std::string_view json) {
    for (Walk walk(json); walk.next();)
        if (!walk.isText() && isTooLarge(walk.value())) return faultAt(walk, " has a number that is out of range");
    return std::nullopt;
}

std::optional<Error> halfCharacter(std::string_view json) {
    for (Walk walk(json); walk.next();)
        if (walk.isText() && hasHalf(walk.value()))
            return faultAt(
                walk, R"( has half a character: one of the escapes \ud800 to \udfff without its other half, as in )"
                      "a text that was cut inside an emoji");
    return std::nullopt;
}

}  // namespace aiproject
