// What an HTTP status of an upstream means for the host, and how long the upstream wants to be left alone. Pure;
// header-only; needs the standard library and POSIX alone.
#pragma once

#include "aiproject/imodel.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace aiproject::http {

struct StatusMeaning {
    ModelStatus status;
    const char* words;  // for the operator, in the log
};

constexpr bool isSuccess(int status) noexcept { return status >= 200 && status < 300; }

// Of an answer that is not a success. A service that says more in its body knows better: 400 may be a dialog that is
// too long, 403 a balance that is used up.
constexpr StatusMeaning meaningOf(int status) noexcept {
    using S = ModelStatus;
    switch (status) {
        case 401: return {S::misconfigured, "the upstream does not take this key; check api_key"};
        case 402: return {S::quotaSpent, "the account at the upstream has no balance or volume left"};
        case 403: return {S::misconfigured, "the key may not do this at the upstream; check api_key and model"};
        case 404: return {S::misconfigured, "there is no such path or model at the upstream; check url and model"};
        case 405: return {S::misconfigured, "the path is for something else at the upstream; check url"};
        case 408: return {S::unavailable, "the upstream did not wait for the whole request"};
        case 413: return {S::inputTooLarge, "the request is larger than the upstream takes"};
        case 429: return {S::busy, "the upstream's limit of requests or tokens is reached"};
        case 503:
        case 529: return {S::busy, "the upstream is overloaded"};
        default: break;
    }
    if (status >= 500) return {S::unavailable, "trouble at the upstream"};
    if (status >= 400) return {S::badInput, "the upstream does not take the request"};
    if (isSuccess(status)) return {S::unavailable, "the upstream answered with an error"};
    return {S::misconfigured, "the upstream redirects, which is not followed, since the key would go along; check url"};
}

namespace detail {

// None: it is not one, or not finite.
inline std::optional<double> finiteIn(std::string_view text) noexcept {
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [behind, fault] = std::from_chars(text.data(), end, number);
    return fault == std::errc() && behind == end && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7), in seconds since 1970. Not by strptime(), which reads the names of
// days and months in the language of the process.
inline std::optional<std::time_t> dateIn(std::string_view text) noexcept {
    constexpr std::size_t size = 29, day = 5, month = 8, year = 12, hour = 17, minute = 20, second = 23;
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text.size() != size || text.substr(25) != " GMT") return std::nullopt;
    const auto number = [&](std::size_t at, std::size_t digits, int most) {
        int value = -1;
        const char* const end = text.data() + at + digits;
        const auto [behind, fault] = std::from_chars(text.data() + at, end, value);
        return fault == std::errc() && behind == end && value <= most ? value : -1;
    };
    std::tm date{};
    const std::size_t which = months.find(text.substr(month, 3));
    date.tm_mday = number(day, 2, 31);
    date.tm_mon = static_cast<int>(which / 3);
    date.tm_year = number(year, 4, 9999) - 1900;
    date.tm_hour = number(hour, 2, 23);
    date.tm_min = number(minute, 2, 59);
    date.tm_sec = number(second, 2, 60);
    const bool isDate = which != std::string_view::npos && which % 3 == 0 && date.tm_mday > 0 && date.tm_year >= 70 &&
                        date.tm_hour >= 0 && date.tm_min >= 0 && date.tm_sec >= 0;
    return isDate ? std::optional(timegm(&date)) : std::nullopt;
}

}  // namespace detail

// For IReply::retryAfter(): what the fields retry-after-ms and Retry-After ask for, either of which may be empty.
// Milliseconds first, since they are finer; else seconds, which some services write with a fraction, or a date. A day
// at most; 0: neither can be read, or the date is over.
inline std::uint32_t retryAfterMs(std::string_view retryAfter, std::string_view milliseconds,
                                  std::time_t now = std::time(nullptr)) noexcept {
    constexpr double longest = 86'400'000, second = 1'000;
    std::optional<double> wait = detail::finiteIn(milliseconds);
    if (const auto seconds = detail::finiteIn(retryAfter); !wait && seconds) wait = *seconds * second;
    if (const auto date = detail::dateIn(retryAfter); !wait && date) wait = std::difftime(*date, now) * second;
    return static_cast<std::uint32_t>(std::ceil(std::clamp(wait.value_or(0), 0.0, longest)));
}

}  // namespace aiproject::http
