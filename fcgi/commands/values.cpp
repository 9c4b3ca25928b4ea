#include "commands/values.h"

#include "base/utc_text.h"
#include "base/utf8.h"

#include <Poco/NumberParser.h>

#include <algorithm>
#include <optional>

namespace aiproject {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::size_t kDaySigns = 10;

NotUnderstood wrong(const std::string& option, const std::string& text, const std::string& allowed) {
    return NotUnderstood("--" + option + " cannot be '" + printable(text) + "'; write " + allowed);
}

bool isDigits(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

bool isNumber(const std::string& text, std::int64_t least, std::int64_t& number) {
    return isDigits(text.substr(text[0] == '-' ? 1 : 0)) && Poco::NumberParser::tryParse64(text, number) &&
           number >= least && number <= kMostUnits;
}

}  // namespace

std::int64_t numberOf(const CommandLine& line, const std::string& option, std::int64_t least, std::int64_t otherwise) {
    if (!line.has(option)) return otherwise;
    std::int64_t number = 0;
    const std::string text = line.textOf(option);
    if (!isNumber(text, least, number))
        throw wrong(option, text, "a whole number from " + std::to_string(least) + " to " + std::to_string(kMostUnits));
    return number;
}

std::int64_t balanceOf(const CommandLine& line, const std::string& option, std::int64_t otherwise) {
    if (line.textOf(option) == "unlimited") return -1;
    return numberOf(line, option, -1, otherwise);
}

std::int64_t dayOf(const CommandLine& line, const std::string& option, std::int64_t otherwise) {
    if (!line.has(option)) return otherwise;
    const std::string text = line.textOf(option);
    const std::optional<std::int64_t> day = text.size() == kDaySigns ? utcTimeIn(text) : std::nullopt;
    if (!day) throw wrong(option, text, "a day as YYYY-MM-DD, not before 1970");
    return *day;
}

std::int64_t dayAfter(const CommandLine& line, const std::string& option, std::int64_t otherwise) {
    return line.has(option) ? dayOf(line, option, 0) + kDayMs : otherwise;
}

std::int64_t endOf(const CommandLine& line, const std::string& option, std::int64_t otherwise) {
    if (!line.has(option)) return otherwise;
    const std::string text = line.textOf(option);
    const std::optional<std::int64_t> end = utcEndIn(text);
    if (!end) throw wrong(option, text, "the last day as YYYY-MM-DD, or a time as YYYY-MM-DDTHH:MM:SSZ");
    return *end;
}

}  // namespace aiproject
