// The trial of rights knows each table of the migrations.
#include "store/write_trial.h"

#include "store/migrations.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/auth_fixture.h"
#include "unit/expect.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <Poco/String.h>

using namespace aiproject;
using namespace aiproject::test;
using namespace Poco::Data::Keywords;

namespace {

struct WriteTrial : CppUnit::TestCase {
    TempDir dir;
    const DatabaseConfig config = databaseAt(dir.file("accounts.db"));

    std::string missing() const {
        const auto texts = missingRights(config);
        return Poco::cat(std::string("\n"), texts.begin(), texts.end());
    }
};

SPEC(WriteTrial, asks_for_the_tables_of_the_migrations_and_no_others) {
    std::vector<std::string> tables;
    {
        Database database(config);
        migrate(database);
        database.read([&](Poco::Data::Session& session) {
            session << "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
                       " AND name <> 'schema_migrations'",
                into(tables), now;
        });
    }
    CPPUNIT_ASSERT_EQUAL(std::string(), missing());
    CPPUNIT_ASSERT(tables.size() > 8);
    for (const std::string& table : tables) {
        if (table == "audit") continue;  // asked first, and alone where it cannot be written
        Database(config).write([&](Poco::Data::Session& session) {
            Database::execute(session, "ALTER TABLE " + table + " RENAME TO away");
        });
        assertSays(missing(), "in table " + table + " is missing");
        Database(config).write(
            [&](Poco::Data::Session& session) { Database::execute(session, "ALTER TABLE away RENAME TO " + table); });
    }
}

}  // namespace
