// users.uuid_hash, by which a uuid that comes without a name finds its user. Registrations and logins keep it, so that
// a reload finds nothing to write; this computes those of users who logged in before there was the column.
//
// ERRORS   Error(databaseBusy) when the database does not answer.
// THREADS  No state.
#pragma once

#include "auth/credential.h"

namespace Poco::Data {
class Session;
}

namespace aiproject {

class Database;

class UuidHashes {
public:
    static constexpr const char* kMigration = "006_user_money.sql";  // adds the column

    // Of the uuid that the user has with that epoch, within a write transaction; nothing when the epoch is another.
    static void keep(Poco::Data::Session& session, const CredentialKey& key, std::int64_t userId, std::int64_t epoch);
    // Of all that lack it.
    static void complete(Database& database, const CredentialKey& key);
};

}  // namespace aiproject
