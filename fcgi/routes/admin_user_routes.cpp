// /admin/users: what `aiproject user` does.
#include "auth/account_json.h"
#include "auth/user_directory.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "routes/admin_answers.h"
#include "routes/routes.h"

namespace aiproject {
namespace {

UserDirectory directoryOf(const Context& context) {
    return {context.services.database, context.services.config.quota, adminOriginOf(context)};
}

AccountView accountIn(const Context& context, UserDirectory& directory) {
    const auto account = directory.find(idIn(context, "user"));
    if (!account) throw noSuch("user");
    return *account;
}

void sendAccount(Context& context, const std::optional<AccountView>& account, int status = 200) {
    if (!account) throw noSuch("user");
    Poco::JSON::Object answer;
    answer.set("user", jsonOf(*account));
    sendObject(context.exchange, answer, status);
}

// Nobody locks himself out: the command line is not always at hand.
void requireOther(const Context& context, const AccountView& account, const std::string& what) {
    if (account.id == context.user->id)
        throw refusal(ErrorKind::notAllowed,
                      "you cannot " + what + " yourself; another admin can, or the command line");
}

// `work` with the directory and the account answers whether that is still there.
template <class Work>
void change(Context& context, const Work& work) {
    UserDirectory directory = directoryOf(context);
    const AccountView account = accountIn(context, directory);
    if (!work(directory, account)) throw noSuch("user");
    sendAccount(context, directory.find(account.id));
}

// In a cursor, since a name may have any character.
std::string nameIn(const std::string& cursor) {
    std::string name;
    for (std::size_t at = 0; at + 1 < cursor.size(); at += 2) {
        const auto digit = [&](std::size_t place) {
            const auto value = std::string_view("0123456789abcdef").find(cursor[place]);
            if (value == std::string_view::npos) throw Query::wrongCursor();
            return unsigned(value);
        };
        name += char(digit(at) << 4U | digit(at + 1));
    }
    // PostgreSQL takes no NUL.
    if (cursor.size() % 2 != 0 || name.find('\0') != std::string::npos || !isUtf8(name)) throw Query::wrongCursor();
    return name;
}

BalanceStep stepIn(const JsonBody& body, const std::string& member, std::string& word) {
    word = concerning(member, [&] { return body.textOr(member, ""); });
    if (word.empty()) return {};
    if (const std::optional<BalanceStep> step = balanceStepIn(word)) return *step;
    throw refusalOf(member, "'" + member + "' cannot be that; write " + kBalanceSteps);
}

NewUser newUserIn(const JsonBody& body) {
    const auto text = [&](const char* member) { return concerning(member, [&] { return body.text(member); }); };
    NewUser user{text("name"), text("password"), text("email"),
                 concerning("academy", [&] { return body.textOr("academy", ""); })};
    concerning("name", [&] { return checkedName(user.name); });
    concerning("password", [&] { return checkedPassword(user.password); });
    concerning("academy", [&] { return checkedAcademy(user.academy); });
    return concerning("email", [&] { return checkedRegistration(user); });  // all that is left
}

}  // namespace

void listUsers(Context& context) {
    const Query query(context.exchange.request());
    AccountFilter filter;
    filter.like = query.text("search");
    filter.after = nameIn(query.text("cursor"));
    filter.disabledOnly = query.isTrue("disabled");
    filter.adminsOnly = query.isTrue("admin");
    filter.limit = query.limit();
    sendObject(context.exchange, pageOf(
                                     directoryOf(context).list(filter), filter.limit,
                                     [](const AccountView& account) { return jsonOf(account); },
                                     [](const AccountView& account) { return hexOf(account.name); }));
}

void showAccount(Context& context) {
    UserDirectory directory = directoryOf(context);
    sendAccount(context, accountIn(context, directory));
}

void addUser(Context& context) {
    const JsonBody body(context.body);
    const AuthConfig& grants = context.services.config.auth;
    const Balances opening{
        unitsIn(body, "tokens", -1, grants.newTokens), unitsIn(body, "pic_times", -1, grants.newPicTimes),
        unitsIn(body, "voice_seconds", -1, grants.newVoiceSeconds), unitsIn(body, "money", -1, grants.newMoney)};
    const NewUser user = newUserIn(body);
    UserDirectory directory = directoryOf(context);
    if (directory.find(directory.meantBy(user.name)))  // before the work of a hash
        throw Error(ErrorKind::nameTaken, "the name is taken").concerning("name");
    directory.add(recordOf(user, opening, context.services.accounts.hashOf(user.password, originOf(context))));
    sendAccount(context, directory.find(user.name), 201);
}

void grantUser(Context& context) {
    const JsonBody body(context.body);
    GrantWords words;
    Changes changes{stepIn(body, "tokens", words.tokens), stepIn(body, "pic_times", words.picTimes),
                    stepIn(body, "voice_seconds", words.voiceSeconds), stepIn(body, "money", words.money)};
    changes.isAdmin = words.isAdmin = flagIn(body, "admin");
    const std::string detail = textOf(words);
    if (detail.empty())
        throw refusal(ErrorKind::badRequest,
                      "nothing to grant; give 'tokens', 'pic_times', 'voice_seconds', 'money' or 'admin'");
    change(context, [&](UserDirectory& directory, const AccountView& account) {
        if (changes.isAdmin == false) requireOther(context, account, "take the right of an admin from");
        try {
            return directory.grant(account.id, changes, detail);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::notAllowed) throw;
            throw refusal(ErrorKind::notAllowed, error.what());  // its sentence is for whoever grants
        }
    });
}

void disableUser(Context& context) {
    change(context, [&](UserDirectory& directory, const AccountView& account) {
        requireOther(context, account, "disable");
        return directory.setDisabled(account.id, true);
    });
}

void enableUser(Context& context) {
    change(context, [](UserDirectory& directory, const AccountView& account) {
        return directory.setDisabled(account.id, false);
    });
}

void rotateUser(Context& context) {
    change(context, [](UserDirectory& directory, const AccountView& account) { return directory.rotate(account.id); });
}

void setPasswordOfUser(Context& context) {
    const JsonBody body(context.body);
    const std::string password = concerning("password", [&] { return checkedPassword(body.text("password")); });
    change(context, [&](UserDirectory& directory, const AccountView& account) {
        requireOther(context, account, "set a password without the old one for");
        return directory.setPassword(account.id, context.services.accounts.hashOf(password, originOf(context)));
    });
}

void deleteUser(Context& context) {
    UserDirectory directory = directoryOf(context);
    const AccountView account = accountIn(context, directory);
    requireOther(context, account, "delete");
    if (!directory.remove(account.id)) throw noSuch("user");
    Poco::JSON::Object answer;
    answer.set("deleted", account.id);
    sendObject(context.exchange, answer);
}

}  // namespace aiproject
