#include "auth/uuid_hashes.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <vector>

#include "store/database.h"
#include "store/prepared_statement.h"

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

void UuidHashes::keep(Session& session, const CredentialKey& key, std::int64_t userId, std::int64_t epoch) {
    const std::string hash = key.hashOf(key.uuidFor(userId, epoch));
    changeRows(session, "UPDATE users SET uuid_hash = ? WHERE id = ? AND epoch = ?", {hash, userId, epoch});
}

void UuidHashes::complete(Database& database, const CredentialKey& key) {
    constexpr std::int64_t together = 100;
    for (;;) {
        std::vector<std::int64_t> ids, epochs;
        database.read([&](Session& session) {
            ids.clear();
            epochs.clear();
            session << "SELECT id, epoch FROM users WHERE uuid_hash IS NULL ORDER BY id LIMIT ?", into(ids),
                into(epochs), bind(together), now;
        });
        if (ids.empty()) return;
        database.write([&](Session& session) {
            for (std::size_t at = 0; at < ids.size(); ++at) keep(session, key, ids[at], epochs[at]);
        });
    }
}

}  // namespace aiproject
