// The settings model.NAME.price.*.
#pragma once

#include "config/config.h"

namespace aiproject {

// A call of 100'000'000 tokens, the most that may be held, has a cost in 64 bits at that price.
constexpr std::int64_t kHighestPrice = 10'000'000'000;

struct PriceKey {
    const char* name;
    std::int64_t PriceConfig::*price;
};

constexpr PriceKey kPriceKeys[] = {{"prompt", &PriceConfig::prompt},         {"cached", &PriceConfig::cached},
                                   {"completion", &PriceConfig::completion}, {"reasoning", &PriceConfig::reasoning},
                                   {"picture", &PriceConfig::picture},       {"second", &PriceConfig::second}};

}  // namespace aiproject
