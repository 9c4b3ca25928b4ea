// How commands and requests say what happens to a balance: +N adds, -N takes away, =N sets, "unlimited". A bare number
// is refused: it could mean two of these, and -1 a third. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace aiproject {

// Of one balance. What is taken away never leaves less than 0.
struct BalanceStep {
    enum class Kind { add, set };
    Kind kind = Kind::add;
    std::int64_t number = 0;  // set: -1 is unlimited
};

struct Changes {
    BalanceStep tokens, picTimes, voiceSeconds;
    BalanceStep money = {};
    std::optional<bool> isAdmin = {};  // the right to /admin/*; nothing: stays
};

// N: a whole number up to kMostUnits. Nothing: it is none of the four.
std::optional<BalanceStep> balanceStepIn(const std::string& text);

// What a refusal says may stand there.
constexpr const char* kBalanceSteps = "+N to add, -N to take away, =N to set, or unlimited";

// As they were said; empty: nothing was.
struct GrantWords {
    std::string tokens, picTimes, voiceSeconds, money;
    std::optional<bool> isAdmin = {};
};

// All of it, for the books and the audit log: "tokens +1000, pic_times =5, admin"; empty: nothing is granted.
std::string textOf(const GrantWords& words);

}  // namespace aiproject
