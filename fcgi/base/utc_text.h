// Times in UTC as people write them, in milliseconds since 1970. Pure.
#pragma once

#include <Poco/Dynamic/Var.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aiproject {

enum class Precision { seconds, milliseconds };

// "2026-11-22", "2026-11-22T10:00:00.123Z" or "2026-11-22T10:00:00Z"
std::string utcDay(std::int64_t unixMs);
std::string utcTime(std::int64_t unixMs, Precision precision = Precision::milliseconds);
// For JSON, where 0 stands for never: null.
Poco::Dynamic::Var utcTimeOrNull(std::int64_t unixMs, Precision precision = Precision::milliseconds);

// Any of the three; a day is its beginning. Nothing: none of them, or before 1970.
std::optional<std::int64_t> utcTimeIn(std::string_view text);

// When something ends of which that is the last day, or which ends at that time.
std::optional<std::int64_t> utcEndIn(std::string_view text);

}  // namespace aiproject
