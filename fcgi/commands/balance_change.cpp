#include "commands/balance_change.h"

#include "base/utf8.h"
#include "commands/values.h"

#include <utility>

namespace aiproject {

BalanceStep changeOf(const CommandLine& line, const std::string& option) {
    const std::string text = line.textOf(option);
    if (text == "unlimited") return {BalanceStep::Kind::set, -1};
    if (!line.has(option)) return {};
    const char sign = text.empty() ? ' ' : text[0];
    CommandLine unsignedLine;
    unsignedLine.options[option] = text.empty() ? text : text.substr(1);
    if (sign != '+' && sign != '-' && sign != '=')
        throw NotUnderstood("--" + option + " cannot be '" + printable(text) +
                            "'; write +N to add, -N to take away, =N to set, or unlimited");
    const std::int64_t number = numberOf(unsignedLine, option, 0, 0);
    if (sign == '=') return {BalanceStep::Kind::set, number};
    return {BalanceStep::Kind::add, sign == '-' ? -number : number};
}

std::string grantText(const CommandLine& line) {
    std::string all;
    for (const auto& [option, column] : {std::pair{"tokens", "tokens"}, std::pair{"pic-times", "pic_times"},
                                         std::pair{"voice-seconds", "voice_seconds"}, std::pair{"money", "money"}})
        if (line.has(option)) all += (all.empty() ? "" : ", ") + std::string(column) + " " + line.textOf(option);
    return all;
}

}  // namespace aiproject
