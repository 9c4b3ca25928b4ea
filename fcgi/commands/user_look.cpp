// `aiproject user list` and `user show`.
#include "auth/audit.h"
#include "auth/registration.h"
#include "base/utc_text.h"
#include "commands/account_database.h"
#include "commands/display_text.h"
#include "commands/output.h"
#include "commands/table.h"
#include "commands/values.h"

#include <iomanip>
#include <iostream>

namespace aiproject {
namespace {

constexpr int kLastEntries = 10;
constexpr std::size_t kLongestFact = 65;  // beside its title, in 80 columns; --json has all of it

std::string stateOf(const AccountView& account) {
    if (!account.disabled) return account.isAdmin ? "admin" : "";
    return account.isAdmin ? "disabled, admin" : "disabled";
}

void printTable(const std::vector<AccountView>& accounts) {
    Table table({{"name"},
                 {"academy"},
                 {"tokens", Column::Kind::number},
                 {"pictures", Column::Kind::number},
                 {"voice s", Column::Kind::number},
                 {"since", Column::Kind::whole},
                 {"state", Column::Kind::whole}});
    for (const AccountView& account : accounts)
        table.add({account.name, account.academy, balanceText(account.tokens), balanceText(account.picTimes),
                   balanceText(account.voiceSeconds), account.createdAt.substr(0, 10), stateOf(account)});
    table.print(std::cout);
}

void printFact(const std::string& title, const std::string& fact) {
    std::cout << std::left << std::setw(15) << title << shortened(safeForTerminal(fact), kLongestFact) << "\n";
}

void printBalance(const std::string& title, std::int64_t left, std::int64_t held) {
    printFact(title, balanceText(left) + (held > 0 ? ", " + std::to_string(held) + " held by calls in progress" : ""));
}

void printFacts(const AccountView& account) {
    printFact("name", account.name);
    printFact("id", std::to_string(account.id));
    printFact("email", account.email);
    printFact("academy", account.academy);
    printFact("state", account.disabled ? "disabled" : "enabled");
    printFact("admin", account.isAdmin ? "yes, may use /admin" : "no");
    printFact("since", account.createdAt);
    printFact("last login", account.lastLoginMs == 0 ? "none in the audit log" : utcTime(account.lastLoginMs));
    printBalance("tokens", account.tokens, account.tokensHeld);
    printBalance("picture calls", account.picTimes, account.picTimesHeld);
    printBalance("voice seconds", account.voiceSeconds, account.voiceSecondsHeld);
    if (account.money >= 0 || account.moneyHeld > 0) printBalance("money", account.money, account.moneyHeld);
    printFact("calls", std::to_string(account.callsHeld) + " in progress");
}

}  // namespace

int userList(const CommandLine& line) {
    AccountFilter filter;
    filter.like = line.textOf("like");
    filter.after = line.textOf("after");
    filter.disabledOnly = line.has("disabled");
    const auto limit = std::size_t(std::min<std::int64_t>(1'000'000, numberOf(line, "limit", 1, 100)));
    filter.limit = int(limit) + 1;  // to know whether there are more
    AccountDatabase accounts(line, DatabaseUse::look);
    std::vector<AccountView> views = UserDirectory(accounts.database, accounts.config.quota).list(filter);
    const bool areMore = views.size() > limit;
    if (areMore) views.pop_back();
    if (line.json) {
        Poco::JSON::Array all;
        for (const AccountView& account : views) all.add(jsonOf(account));
        printJson(all);
    } else {
        printTable(views);
    }
    if (areMore)
        std::cerr << "there are more; they follow with --after='" << safeForTerminal(views.back().name) << "'\n";
    return EXIT_SUCCESS;
}

int userShow(const CommandLine& line) {
    AccountDatabase accounts(line, DatabaseUse::look);
    UserDirectory directory(accounts.database, accounts.config.quota);
    const auto account = directory.find(directory.meantBy(trimmedText(line.arguments[0]).value_or(std::string())));
    if (!account) throw NotFound("there is no user '" + safeForTerminal(line.arguments[0]) + "'");
    const auto entries = Audit(accounts.database).newest(account->name, kLastEntries);
    if (line.json) {
        Poco::JSON::Array last;
        for (const AuditEntry& entry : entries) last.add(jsonOf(entry));
        Poco::JSON::Object object = jsonOf(*account);
        object.set("audit", last);
        printJson(object);
        return EXIT_SUCCESS;
    }
    printFacts(*account);
    if (!entries.empty()) std::cout << "\n";
    printTable(entries);
    return EXIT_SUCCESS;
}

}  // namespace aiproject
