#include "auth/balance_step.h"

#include "base/most_units.h"

#include <Poco/NumberParser.h>

#include <utility>

namespace aiproject {
namespace {

std::optional<std::int64_t> unitsIn(const std::string& digits) {
    std::int64_t number = 0;
    const bool isNumber = !digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos &&
                          Poco::NumberParser::tryParse64(digits, number) && number <= kMostUnits;
    return isNumber ? std::optional(number) : std::nullopt;
}

}  // namespace

std::optional<BalanceStep> balanceStepIn(const std::string& text) {
    if (text == "unlimited") return BalanceStep{BalanceStep::Kind::set, -1};
    const std::optional<std::int64_t> number = text.empty() ? std::nullopt : unitsIn(text.substr(1));
    if (!number) return std::nullopt;
    switch (text[0]) {
        case '+': return BalanceStep{BalanceStep::Kind::add, *number};
        case '-': return BalanceStep{BalanceStep::Kind::add, -*number};
        case '=': return BalanceStep{BalanceStep::Kind::set, *number};
        default: return std::nullopt;
    }
}

std::string textOf(const GrantWords& words) {
    std::string all;
    const auto add = [&all](const std::string& word) { all += (all.empty() ? "" : ", ") + word; };
    for (const auto& [column, word] :
         {std::pair{"tokens ", &words.tokens}, std::pair{"pic_times ", &words.picTimes},
          std::pair{"voice_seconds ", &words.voiceSeconds}, std::pair{"money ", &words.money}})
        if (!word->empty()) add(column + *word);
    if (words.isAdmin) add(*words.isAdmin ? "admin" : "no admin");
    return all;
}

}  // namespace aiproject
