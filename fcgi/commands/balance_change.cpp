#include "commands/balance_change.h"

#include "base/utf8.h"

namespace aiproject {

BalanceStep changeOf(const CommandLine& line, const std::string& option) {
    if (!line.has(option)) return {};
    const std::string text = line.textOf(option);
    if (const std::optional<BalanceStep> step = balanceStepIn(text)) return *step;
    throw NotUnderstood("--" + option + " cannot be '" + printable(text) + "'; write " + kBalanceSteps);
}

GrantWords grantWords(const CommandLine& line) {
    if (line.has("admin") && line.has("no-admin"))
        throw NotUnderstood("--admin and --no-admin cannot be used together; write one of them");
    GrantWords words{line.textOf("tokens"), line.textOf("pic-times"), line.textOf("voice-seconds"),
                     line.textOf("money")};
    if (line.has("admin") || line.has("no-admin")) words.isAdmin = line.has("admin");
    return words;
}

}  // namespace aiproject
