// Times in UTC as people write them, in milliseconds since 1970. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace aiproject {

// 2026-11-22 (its beginning) or 2026-11-22T10:00:00Z; nothing: neither, or before 1970.
std::optional<std::int64_t> utcTimeIn(std::string_view text);

// When something ends of which that is the last day, or which ends at that time.
std::optional<std::int64_t> utcEndIn(std::string_view text);

}  // namespace aiproject
