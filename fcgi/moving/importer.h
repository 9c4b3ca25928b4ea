// Takes the original's users over. Twice is as good as once: the table imports has the Id of each row that was taken,
// so who has changed the password, spent tokens or was deleted since is left alone. An account that was made here is
// somebody else's, whatever its name and email: anyone may register with those of another.
//
// ERRORS   Error(internal) when the source or the database fails. What was written before stays; run it again.
// THREADS  One at a time; hashes on as many threads as it is told to.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "auth/credential.h"
#include "auth/password_hash.h"
#include "config/config.h"
#include "moving/original_account.h"
#include "moving/original_users.h"

namespace aiproject {

class Database;

enum class ImportMode { dryRun, apply };  // a dry run writes nothing

struct ImportSettings {
    ImportMode mode = ImportMode::dryRun;
    std::int64_t voiceSeconds = -1;  // of each account; the original did not count them
    HashCost cost{};
    int threads = 1;
    // Accounts per transaction: what a kill costs. Few, since each takes four statements, all of them must be through
    // within database.timeout_ms on a server far away, and hashing takes far longer anyway.
    std::size_t batch = 25;
    std::optional<CredentialKey> key = {};  // of auth.key_file, for the hints of password_hash.h
    Refill refill = Refill::none;           // quota.refill: the first of an account is that of the next day or month
    std::int64_t money = -1;                // as voiceSeconds
};

struct ImportCounts {
    std::uint64_t imported = 0;  // or would be
    std::uint64_t alreadyThere = 0;
    std::uint64_t skipped = 0;
};

enum class RowResult { skipped, changed };  // changed: imported, but not all of it

struct ImportEvents {
    // For each row that is not imported as it is.
    std::function<void(const OriginalUser& row, RowResult result, const std::string& reason)> row;
    // apply: now and then, while it takes long.
    std::function<void(std::uint64_t done, std::uint64_t all)> progress;
};

class Importer {
public:
    // The database outlives this; it is migrated.
    Importer(Database& database, const ImportSettings& settings, ImportEvents events);

    // Reads the source twice to apply: a dump that is cut is found before anything is written.
    ImportCounts run(const OriginalUsers& users);

private:
    struct Candidate {
        OriginalUser row;
        OldAccount account;
        std::string hash = {};
        bool isNew = true;
    };

    std::uint64_t countOf(const OriginalUsers& users) const;
    void add(const OriginalUser& row);
    void endBatch();
    void lookUp();
    std::string hashOf(const OldAccount& account);
    void hashAll();
    void store();
    bool tryStore();
    void skip(const OriginalUser& row, const std::string& reason);

    Database& database_;
    const ImportSettings settings_;
    const ImportEvents events_;
    PasswordHasher hasher_;
    ImportCounts counts_;
    std::vector<Candidate> batch_;
    std::unordered_map<std::string, std::string> names_;  // folded, of this run; the Id that has it
    std::unordered_set<std::string> ids_;                 // of this run
    std::uint64_t seen_ = 0, all_ = 0;
};

}  // namespace aiproject
