#include "commands/values.h"

#include "base/utf8.h"

#include <Poco/DateTime.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/NumberParser.h>
#include <Poco/Timestamp.h>

#include <algorithm>

namespace aiproject {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

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
    const std::string day = text.size() == 10 && text[4] == '-' && text[7] == '-'
                                ? text.substr(0, 4) + text.substr(5, 2) + text.substr(8)
                                : "";
    const int number = isDigits(day) ? std::stoi(day) : 0;
    const int year = number / 10'000, month = number / 100 % 100, date = number % 100;
    if (year < 1970 || !Poco::DateTime::isValid(year, month, date))
        throw wrong(option, text, "a day as YYYY-MM-DD, not before 1970");
    return Poco::DateTime(year, month, date).timestamp().epochMicroseconds() / 1000;
}

std::int64_t dayAfter(const CommandLine& line, const std::string& option, std::int64_t otherwise) {
    return line.has(option) ? dayOf(line, option, 0) + kDayMs : otherwise;
}

std::string utcDay(std::int64_t unixMs) { return utcTime(unixMs).substr(0, 10); }

std::string utcTime(std::int64_t unixMs) {
    return Poco::DateTimeFormatter::format(Poco::Timestamp(unixMs * 1000), "%Y-%m-%dT%H:%M:%S.%iZ");
}

}  // namespace aiproject
