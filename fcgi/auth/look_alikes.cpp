#include "auth/look_alikes.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <cstdint>
#include <map>
#include <vector>

#include "auth/registration.h"
#include "auth/text_forms.h"
#include "store/database.h"

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

constexpr int kRowsAtOnce = 200;  // short transactions, since others write as well

std::map<std::int64_t, std::string> incompleteRows(Database& database) {
    std::vector<std::int64_t> ids;
    std::vector<std::string> names;
    database.read([&](Session& session) {
        ids.clear();
        names.clear();
        // LIMIT stands in it, because Poco's limit() would bring the whole table from PostgreSQL first.
        session << "SELECT id, name FROM users WHERE look_alike IS NULL LIMIT ?", into(ids), into(names),
            bind(kRowsAtOnce), now;
    });
    std::map<std::int64_t, std::string> rows;  // by id: two that do this at once lock in one order
    for (std::size_t at = 0; at < ids.size(); ++at) rows.emplace(ids[at], names[at]);
    return rows;
}

}  // namespace

bool LookAlikes::isAddedBy(const std::string& migration) {
    return migration.find("_look_alikes.sql") != std::string::npos;
}

void LookAlikes::complete() {
    for (;;) {
        const auto rows = incompleteRows(database_);
        if (rows.empty()) return;
        database_.write([&](Session& session) {
            for (const auto& [id, name] : rows) {
                const std::string key = lookAlikeKey(name);
                session << "UPDATE users SET look_alike = ?, older_twin = ? WHERE id = ? AND look_alike IS NULL",
                    bind(key), bind(id), bind(id), now;
            }
        });
    }
}

bool LookAlikes::isTaken(Session& session, const std::string& key) {
    int count = 0;
    session << "SELECT COUNT(*) FROM users WHERE look_alike = ?", into(count), bind(key), now;
    return count > 0;
}

bool LookAlikes::isTaken(const std::string& key) {
    bool isFound = false;
    database_.read([&](Session& session) { isFound = isTaken(session, key); });
    return isFound;
}

Error LookAlikes::refusal() { return registrationRefused("the user name looks like another one that is taken"); }

}  // namespace aiproject
