// The column users.look_alike: of names that people cannot tell apart, one may be registered. Who was there before the
// rule, or comes from the original, stays, and nobody new may look like them.
//
// ERRORS   Error(internal) when the database does not answer.
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
    explicit LookAlikes(Database& database) : database_(database) {}

    // Whether that file of sql/ adds the column: complete() is due after it.
    static bool isAddedBy(const std::string& migration);

    // Computes what rows of older programs, of a backup or of an import lack. Costs a look when none does.
    void complete();

    // Whether a name has the same key (text_forms.h), all rows being complete; within a transaction of the caller's.
    static bool isTaken(Poco::Data::Session& session, const std::string& key);

    bool isTaken(const std::string& key);

    static Error refusal();

private:
    Database& database_;
};

}  // namespace aiproject
