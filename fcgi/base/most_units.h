#pragma once

#include <cstdint>

namespace aiproject {

// Of tokens, picture calls or seconds: far from where 64 bits end, and exact as a JSON number.
constexpr std::int64_t kMostUnits = 1'000'000'000'000'000;

}  // namespace aiproject
