// `aiproject user add`, `grant`, `disable`, `enable`, `rotate`, `password`, `delete`.
#include "auth/password_hash.h"
#include "auth/registration.h"
#include "base/error.h"
#include "commands/account_database.h"
#include "commands/balance_change.h"
#include "commands/display_text.h"
#include "commands/output.h"
#include "commands/standard_input.h"
#include "commands/values.h"

#include <iostream>

namespace aiproject {
namespace {

class UserCommand {
public:
    explicit UserCommand(const CommandLine& line)
        : line_(line),
          accounts_(line, DatabaseUse::serve),
          directory_(accounts_.database, accounts_.config.quota),
          name_(directory_.meantBy(trimmedText(line.arguments[0]).value_or(std::string()))) {}

    const Config& config() const { return accounts_.config; }
    UserDirectory& directory() { return directory_; }
    const std::string& name() const { return name_; }

    // The one that the name means; a change goes by its id, whoever has the name by then.
    AccountView account() {
        const auto found = directory_.find(name_);
        if (!found) throw noSuchUser();
        return *found;
    }
    std::int64_t id() { return account().id; }

    // `isThere` is what the directory has answered.
    void require(bool isThere) const {
        if (!isThere) throw noSuchUser();
    }
    int end(std::int64_t id, bool isThere, const std::string& done) {
        require(isThere);
        const auto found = directory_.find(id);
        require(found.has_value());
        return report(*found, done);
    }
    int report(const AccountView& account, const std::string& done) const {
        if (line_.json)
            printJson(jsonOf(account));
        else
            std::cout << safeForTerminal(account.name) << ": " << done << "\n";
        return EXIT_SUCCESS;
    }

private:
    NotFound noSuchUser() const { return NotFound("there is no user '" + safeForTerminal(line_.arguments[0]) + "'"); }

    const CommandLine& line_;
    AccountDatabase accounts_;
    UserDirectory directory_;
    const std::string name_;
};

std::string balancesText(const AccountView& account) {
    return "tokens " + balanceText(account.tokens) + ", picture calls " + balanceText(account.picTimes) +
           ", voice seconds " + balanceText(account.voiceSeconds) +
           (account.money < 0 ? "" : ", money " + balanceText(account.money));
}

}  // namespace

int userAdd(const CommandLine& line) {
    if (!line.has("email")) throw NotUnderstood("--email is missing");
    UserCommand command(line);
    const AuthConfig& grants = command.config().auth;
    const Balances opening{
        balanceOf(line, "tokens", grants.newTokens), balanceOf(line, "pic-times", grants.newPicTimes),
        balanceOf(line, "voice-seconds", grants.newVoiceSeconds), balanceOf(line, "money", grants.newMoney)};
    if (command.directory().find(command.name()))  // before anybody has typed a password for nothing
        throw std::runtime_error("there is a user '" + safeForTerminal(command.name()) + "' already");
    const NewUser asked{line.arguments[0], askPassword(line.arguments[0]), line.textOf("email"),
                        line.textOf("academy")};
    const NewUser user = understood([&] { return checkedRegistration(asked); });
    command.directory().add(recordOf(user, opening, PasswordHasher(HashCost{}).hash(user.password)));
    const AccountView account = command.directory().find(user.name).value();
    return command.report(account, "added; " + balancesText(account));
}

int userGrant(const CommandLine& line) {
    const GrantWords words = grantWords(line);
    const Changes changes{changeOf(line, "tokens"), changeOf(line, "pic-times"), changeOf(line, "voice-seconds"),
                          changeOf(line, "money"), words.isAdmin};
    const std::string detail = textOf(words);
    if (detail.empty())
        throw NotUnderstood(
            "nothing to grant; give --tokens, --pic-times, --voice-seconds, --money, --admin or --no-admin");
    UserCommand command(line);
    const std::int64_t id = command.id();
    command.require(command.directory().grant(id, changes, detail));
    const auto account = command.directory().find(id);
    command.require(account.has_value());
    return command.report(*account, balancesText(*account) + (account->isAdmin ? ", admin" : ""));
}

int userDisable(const CommandLine& line) {
    UserCommand command(line);
    const std::int64_t id = command.id();
    return command.end(id, command.directory().setDisabled(id, true), "disabled");
}

int userEnable(const CommandLine& line) {
    UserCommand command(line);
    const std::int64_t id = command.id();
    return command.end(id, command.directory().setDisabled(id, false), "enabled");
}

int userRotate(const CommandLine& line) {
    UserCommand command(line);
    const std::int64_t id = command.id();
    return command.end(id, command.directory().rotate(id), "every uuid has ended; the next login gives a new one");
}

int userPassword(const CommandLine& line) {
    UserCommand command(line);
    const AccountView account = command.account();
    const std::string password = understood([&] { return checkedPassword(askPassword(account.name)); });
    const std::string hash = PasswordHasher(HashCost{}).hash(password);
    return command.end(account.id, command.directory().setPassword(account.id, hash),
                       "the password is changed, every uuid has ended");
}

int userDelete(const CommandLine& line) {
    UserCommand command(line);
    const AccountView account = command.account();
    const std::string name = safeForTerminal(account.name);
    if (!line.has("yes") && !confirm("This deletes the account of " + name + " for ever. Type its name to go on: ",
                                     name, "give --yes to delete " + name))
        throw std::runtime_error("that is not its name; nothing was deleted");
    command.require(command.directory().remove(account.id));
    return command.report(account, "deleted; the ledger keeps its calls");
}

}  // namespace aiproject
