// The table `api_keys`: keys with which programs call in the name of a user. A key is "sk-" and 48 random letters and
// digits; the table has its keyed hash, so that nobody reads a key out of it, and who lost one makes another. Each
// change is in the audit log, in the same transaction. What calls hold and use of a key's limits: billing/ledger.
//
// ERRORS   As said below; Error(databaseBusy) when the database does not answer.
// THREADS  No state of its own: as safe as Database and CredentialKey, which outlive it.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/audit.h"
#include "auth/credential.h"
#include "auth/key_terms.h"
#include "auth/user.h"
#include "auth/user_store.h"

namespace aiproject {

struct ApiKey {
    std::int64_t id = 0;
    std::int64_t userId = 0;
    std::string userName;  // empty: the account was deleted
    std::string hint;      // the last characters
    KeyTerms terms;
    std::int64_t createdMs = 0;
    std::int64_t revokedMs = 0;                  // 0: it is not
    std::int64_t usedMs = 0;                     // about the last call; 0: none
    std::int64_t tokensUsed = 0, moneyUsed = 0;  // since the last refill; of a key with a limit
};

struct KeyPage {
    std::int64_t userId = 0;  // 0: of everybody
    std::int64_t beforeId = std::numeric_limits<std::int64_t>::max();
    int limit = 50;
};

struct KeyOwner {
    std::int64_t id = 0;
    std::string name;
};

struct NewKey {
    std::string key;  // a credential: for its user alone, never for a log
    ApiKey row;
};

struct KeyHolder {
    StoredUser user;
    UsedKey key;
};

class ApiKeys {
public:
    static constexpr int kMostOfOneUser = 100;

    ApiKeys(Database& database, const CredentialKey& credential) : database_(database), credential_(credential) {}

    // Whether it can be a key of ours at all.
    static bool isForm(std::string_view token);

    // Error(badRequest) whose sentence says which term is wrong; notAllowed when the user has as many as one may have.
    NewKey add(const KeyOwner& owner, const KeyTerms& terms, const Origin& origin = {});
    // The oldest first, without revoked ones. userId 0: of everybody.
    std::vector<ApiKey> list(std::int64_t userId = 0);
    // The newest first, without revoked ones.
    std::vector<ApiKey> page(const KeyPage& page);
    // False: there is no such key that is not revoked, or it is another user's than `userId` (0: anybody's).
    bool revoke(std::int64_t keyId, std::int64_t userId = 0, const Origin& origin = {});
    // The id of that key, or 0.
    std::int64_t idOf(const std::string& key);

    // Whose key that is, disabled or not. Nothing: none's, a revoked one's, or one that has ended.
    std::optional<KeyHolder> find(const std::string& hash);

    // Within the write transaction that removes the user.
    static void revokeAllOf(Poco::Data::Session& session, std::int64_t userId);
    // About when each was used.
    void noteUses(const std::vector<std::pair<std::int64_t, std::int64_t>>& uses);

private:
    Database& database_;
    const CredentialKey& credential_;
};

}  // namespace aiproject
