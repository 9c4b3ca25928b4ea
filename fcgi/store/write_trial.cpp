#include "store/write_trial.h"

#include <Poco/Data/Session.h>

#include <map>
#include <stdexcept>

#include "base/error.h"
#include "store/database.h"

namespace aiproject {
namespace {

// What the service does beside SELECT and INSERT, which it does with every table. Statements that meet no row: the
// right is asked for all the same, and no rule of a table can be broken.
const std::map<std::string, std::vector<std::string>> kChanges{
    {"users", {"UPDATE users SET epoch = epoch WHERE 1 = 0", "DELETE FROM users WHERE 1 = 0"}},
    {"reservations", {"UPDATE reservations SET owner = owner WHERE 1 = 0", "DELETE FROM reservations WHERE 1 = 0"}},
    {"login_attempts",
     {"UPDATE login_attempts SET failures = failures WHERE 1 = 0", "DELETE FROM login_attempts WHERE 1 = 0"}},
    {"invitations", {"UPDATE invitations SET uses_left = uses_left WHERE 1 = 0"}},
    {"api_keys", {"UPDATE api_keys SET name = name WHERE 1 = 0"}},
    {"browser_sessions",
     {"UPDATE browser_sessions SET used_ms = used_ms WHERE 1 = 0", "DELETE FROM browser_sessions WHERE 1 = 0"}},
    {"audit", {"DELETE FROM audit WHERE 1 = 0"}},
    {"ledger", {}},
    {"invitation_uses", {}},
    {"revoked_invitations", {}},
    {"balance_changes", {}},
    {"imports", {}},
};

struct RolledBack : std::exception {};

// Why the statement cannot be done; empty: it can, and was undone.
std::string objectionTo(Database& database, const std::string& statement) {
    try {
        database.write([&](Poco::Data::Session& session) {
            Database::execute(session, statement);
            throw RolledBack();
        });
    } catch (const RolledBack&) {
        return {};
    } catch (const Error& e) {
        return e.kind() == ErrorKind::databaseBusy ? "" : e.what();  // trouble that passes is no lack of a right
    } catch (const std::exception& e) {
        return describe(e);
    }
    return {};
}

std::string rightOf(const std::string& statement) { return statement.substr(0, statement.find(' ')); }

}  // namespace

std::vector<std::string> missingRights(const DatabaseConfig& config) {
    Database database(config);
    // A row of its own kind, so that the database, its disk and its columns are asked and not only its table of rights.
    const std::string probe =
        "INSERT INTO audit (at_ms, event, user_name, address, request_id, detail) VALUES (0, 'probe', '', '', '', '')";
    std::vector<std::string> missing;
    const auto attempt = [&](const std::string& table, const std::string& statement) {
        const std::string objection = objectionTo(database, statement);
        if (!objection.empty())
            missing.push_back("the right to " + rightOf(statement) + " in table " + table +
                              " is missing, or nothing can be written: " + objection);
        return objection.empty();
    };
    const bool canWrite = attempt("audit", probe);
    if (!canWrite && database.dialect().hasOneWriter()) return missing;  // SQLite has no rights per table
    for (const auto& [table, changes] : kChanges) {
        if (table != "audit") attempt(table, "INSERT INTO " + table + " SELECT * FROM " + table + " WHERE 1 = 0");
        for (const std::string& change : changes) attempt(table, change);
    }
    return missing;
}

}  // namespace aiproject
