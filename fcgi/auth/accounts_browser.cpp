// Sessions of browsers: a login that goes on by a cookie.
#include "auth/accounts.h"
#include "auth/client_network.h"
#include "base/error.h"
#include "store/database.h"

namespace aiproject {

BrowserSignIn Accounts::signIn(std::string_view name, std::string_view password, const Origin& origin,
                               std::string_view replaced) {
    const Proof proof = prove(name, password, origin);
    std::string token;
    // As a login: none that is not in the audit log.
    guard_.succeed(proof.attempt, [&](Poco::Data::Session& session) {
        const BrowserSessions::Begun begun = sessions_.begin(session, proof.user, origin.address, replaced);
        token = begun.token;
        Audit::add(session, {"login", proof.user.name, origin, "session " + std::to_string(begun.row.id)});
    });
    strengthen(proof, origin);
    return {identifySession(token), token};
}

BrowserUser Accounts::identifySession(std::string_view token) {
    const std::optional<BrowserSessions::Holder> holder = sessions_.find(token);
    if (!holder)
        throw Error(ErrorKind::userUnknown, "a session that has ended, or of nobody",
                    "your session has ended; please sign in again");
    BrowserUser found{admitted(holder->user), holder->session};
    found.user.isAdmin = holder->isAdmin;
    return found;
}

std::string Accounts::hashOf(const std::string& password, const Origin& origin) {
    return hasher_.hash(password, {HashUse::registration, widestNetworkOf(origin.address)});
}

}  // namespace aiproject
