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

// Few: an UPDATE each, and all of them must be through within database.timeout_ms on a server far away.
constexpr int kRowsAtOnce = 25;
constexpr int kBatchesOfARequest = 4;

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

bool LookAlikes::completeBatch() {
    const auto rows = incompleteRows(database_);
    if (rows.empty()) return false;
    database_.write([&](Session& session) {
        for (const auto& [id, name] : rows) {
            const std::string key = lookAlikeKey(name);
            session << "UPDATE users SET look_alike = ?, older_twin = ? WHERE id = ? AND look_alike IS NULL", bind(key),
                bind(id), bind(id), now;
        }
    });
    return true;
}

void LookAlikes::complete() {
    while (completeBatch()) continue;
}

void LookAlikes::requireComplete() {
    for (int batches = 0; batches < kBatchesOfARequest; ++batches)
        if (!completeBatch()) return;
    if (!incompleteRows(database_).empty())
        throw Error(
            ErrorKind::databaseBusy,
            "many rows of users lack look_alike, so no name can be compared with theirs; run `aiproject migrate`");
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
