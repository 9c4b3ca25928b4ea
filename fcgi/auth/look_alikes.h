// The column users.look_alike: of names that people cannot tell apart, one may be registered. Who was there before the
// rule, or comes from the original, stays, and nobody new may look like them.
//
// ERRORS   Error(databaseBusy) when the database does not answer.
// THREADS  No state of its own: as safe as Database, which outlives it.
#pragma once

#include <string>

#include "base/error.h"

namespace Poco::Data {
class Session;
}

namespace aiproject {

class Database;

class LookAlikes {
public:
    static constexpr const char* kMigration = "003_look_alikes.sql";  // adds its columns

    explicit LookAlikes(Database& database) : database_(database) {}

    // Computes what rows of older programs, of a backup or of an import lack, however many. Costs a look when none
    // does. For `migrate`, `serve` and the import.
    void complete();

    // The same within a request, so no more than a hundred rows. Error(databaseBusy) when more lack it: the next
    // request goes on from there.
    void requireComplete();

    // Whether a name has the same key (text_forms.h), all rows being complete; within a transaction of the caller's.
    static bool isTaken(Poco::Data::Session& session, const std::string& key);

    bool isTaken(const std::string& key);

    static Error refusal();

private:
    bool completeBatch();  // false: none was left

    Database& database_;
};

}  // namespace aiproject
