// The token counts in a message, payload.usage.text.
#pragma once

#include "aiproject/imodel.h"
#include "iflytek/core/answer_members.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>

namespace aiproject::iflytek {

struct Count {
    std::optional<std::int64_t> number;
    bool isFault = false;  // something else than a number, and not null
};

// None: one is missing, or they are no counts that can be added.
inline std::optional<std::int64_t> sumOf(std::optional<std::int64_t> one, std::optional<std::int64_t> other) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    if (!one || !other || *one < 0 || *other < 0 || *one > most - *other) return std::nullopt;
    return *one + *other;
}

class Counts {
public:
    Count& of(Meaning meaning) { return counts_.at(std::size_t(meaning) - std::size_t(Meaning::question)); }

    // The rule for reports in fcgi/billing/README.md. None: nothing that a bill can rest on. No answer of this upstream
    // is free: where all is 0 it has not counted.
    std::optional<Usage> usage() const {
        const auto& [question, prompt, completion, told] = counts_;
        const auto total = told.number ? told.number : sumOf(prompt.number, completion.number);
        if (!total || std::any_of(counts_.begin(), counts_.end(), [](const Count& each) { return each.isFault; }))
            return std::nullopt;
        const Usage usage{question.number.value_or(0), prompt.number.value_or(0), completion.number.value_or(0),
                          *total};
        const bool isNothing = usage.question == 0 && usage.prompt == 0 && usage.completion == 0 && usage.total == 0;
        return isNothing ? std::nullopt : std::optional(usage);
    }

private:
    std::array<Count, 4> counts_;
};

}  // namespace aiproject::iflytek
