// What an API key may do, as its user or the operator asks for it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace aiproject {

struct KeyTerms {
    std::string name;                 // for people; may be empty
    std::vector<std::string> models;  // names of models and aliases that it may use; empty: all
    std::int64_t endsMs = 0;          // 0: never
    std::int64_t mostTokens = -1;     // that its calls may cost, beside what the user has; -1: no limit
    std::int64_t mostMoney = -1;      // the same in micro-units
    Refill refill = Refill::none;     // when the counts of the two begin anew, at 0:00 UTC
};

// As they are stored. Error(badRequest) whose sentence says which one is wrong. Whether there are such models is known
// to the callers alone (host/known_models.h).
KeyTerms checkedTerms(const KeyTerms& terms, std::int64_t nowMs);

// Models as one text, as the table has them: "spark_chat,echo".
std::string listOf(const std::vector<std::string>& models);
std::vector<std::string> modelsIn(const std::string& list);

// The words of the table, of commands and of requests.
const char* nameOf(Refill refill) noexcept;
std::optional<Refill> refillOf(std::string_view word) noexcept;

}  // namespace aiproject
