// `aiproject user add`, `grant`, `disable`, `enable`, `rotate`, `password`, `delete`.
#include "auth/password_hash.h"
#include "auth/registration.h"
#include "auth/text_forms.h"
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

    AccountView account() {
        const auto found = directory_.find(name_);
        if (!found) throw noSuchUser();
        return *found;
    }

    // `isThere` is what the directory has answered.
    int end(bool isThere, const std::string& done) {
        if (!isThere) throw noSuchUser();
        return report(account(), done);
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
    UserRecord record;
    record.tokens = balanceOf(line, "tokens", grants.newTokens);
    record.picTimes = balanceOf(line, "pic-times", grants.newPicTimes);
    record.voiceSeconds = balanceOf(line, "voice-seconds", grants.newVoiceSeconds);
    record.money = balanceOf(line, "money", -1);
    if (command.directory().find(command.name()))  // before anybody has typed a password for nothing
        throw std::runtime_error("there is a user '" + safeForTerminal(command.name()) + "' already");
    const NewUser asked{line.arguments[0], askPassword(line.arguments[0]), line.textOf("email"),
                        line.textOf("academy")};
    const NewUser user = understood([&] { return checkedRegistration(asked); });
    record.name = user.name;
    record.email = user.email;
    record.academy = user.academy;
    record.passwordHash = PasswordHasher(HashCost{}).hash(user.password);
    record.lookAlike = lookAlikeKey(user.name);
    command.directory().add(record);
    const AccountView account = command.directory().find(record.name).value();
    return command.report(account, "added; " + balancesText(account));
}

int userGrant(const CommandLine& line) {
    const Changes changes{changeOf(line, "tokens"), changeOf(line, "pic-times"), changeOf(line, "voice-seconds"),
                          changeOf(line, "money")};
    const std::string detail = grantText(line);
    if (detail.empty()) throw NotUnderstood("nothing to grant; give --tokens, --pic-times, --voice-seconds or --money");
    UserCommand command(line);
    const bool isThere = command.directory().grant(command.name(), changes, detail);
    return command.end(isThere, isThere ? balancesText(command.account()) : "");
}

int userDisable(const CommandLine& line) {
    UserCommand command(line);
    return command.end(command.directory().setDisabled(command.name(), true), "disabled");
}

int userEnable(const CommandLine& line) {
    UserCommand command(line);
    return command.end(command.directory().setDisabled(command.name(), false), "enabled");
}

int userRotate(const CommandLine& line) {
    UserCommand command(line);
    return command.end(command.directory().rotate(command.name()),
                       "every uuid has ended; the next login gives a new one");
}

int userPassword(const CommandLine& line) {
    UserCommand command(line);
    const AccountView account = command.account();
    const std::string password = understood([&] { return checkedPassword(askPassword(account.name)); });
    const std::string hash = PasswordHasher(HashCost{}).hash(password);
    return command.end(command.directory().setPassword(command.name(), hash),
                       "the password is changed, every uuid has ended");
}

int userDelete(const CommandLine& line) {
    UserCommand command(line);
    const AccountView account = command.account();
    const std::string name = safeForTerminal(account.name);
    if (!line.has("yes") && !confirm("This deletes the account of " + name + " for ever. Type its name to go on: ",
                                     name, "give --yes to delete " + name))
        throw std::runtime_error("that is not its name; nothing was deleted");
    if (!command.directory().remove(command.name())) return command.end(false, "");
    return command.report(account, "deleted; the ledger keeps its calls");
}

}  // namespace aiproject
