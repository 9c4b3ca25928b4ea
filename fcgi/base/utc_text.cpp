#include "base/utc_text.h"

#include <Poco/DateTime.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

#include <string>

namespace aiproject {
namespace {

constexpr std::string_view kDay = "0000-00-00", kTime = "0000-00-00T00:00:00Z",
                           kTimeWithMilliseconds = "0000-00-00T00:00:00.000Z";

// A digit where `form` has a 0, and else what it has.
bool hasForm(std::string_view text, std::string_view form) {
    if (text.size() != form.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool isDigit = text[i] >= '0' && text[i] <= '9';
        if (form[i] == '0' ? !isDigit : text[i] != form[i]) return false;
    }
    return true;
}

}  // namespace

std::string utcDay(std::int64_t unixMs) { return utcTime(unixMs).substr(0, kDay.size()); }

std::string utcTime(std::int64_t unixMs, Precision precision) {
    return Poco::DateTimeFormatter::format(Poco::Timestamp(unixMs * 1000), precision == Precision::seconds
                                                                               ? "%Y-%m-%dT%H:%M:%SZ"
                                                                               : "%Y-%m-%dT%H:%M:%S.%iZ");
}

Poco::Dynamic::Var utcTimeOrNull(std::int64_t unixMs, Precision precision) {
    return unixMs == 0 ? Poco::Dynamic::Var() : Poco::Dynamic::Var(utcTime(unixMs, precision));
}

std::optional<std::int64_t> utcTimeIn(std::string_view text) {
    const bool hasMilliseconds = hasForm(text, kTimeWithMilliseconds);
    const bool isTime = hasMilliseconds || hasForm(text, kTime);
    if (!isTime && !hasForm(text, kDay)) return std::nullopt;
    const auto number = [&](std::size_t at, std::size_t size) { return std::stoi(std::string(text.substr(at, size))); };
    const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
    const int hour = isTime ? number(11, 2) : 0, minute = isTime ? number(14, 2) : 0;
    const int second = isTime ? number(17, 2) : 0, millisecond = hasMilliseconds ? number(20, 3) : 0;
    if (year < 1970 || !Poco::DateTime::isValid(year, month, day, hour, minute, second, millisecond))
        return std::nullopt;
    return Poco::DateTime(year, month, day, hour, minute, second, millisecond).timestamp().epochMicroseconds() / 1000;
}

std::optional<std::int64_t> utcEndIn(std::string_view text) {
    constexpr std::int64_t dayMs = 86'400'000;
    const std::optional<std::int64_t> time = utcTimeIn(text);
    if (!time || text.size() != kDay.size()) return time;
    return *time + dayMs;
}

}  // namespace aiproject
