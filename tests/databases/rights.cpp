// What a role may not do is said before a request finds out, and nothing is written to find it.
#include "databases/databases.h"
#include "store/write_trial.h"
#include "support/temp_dir.h"
#include "unit/expect.h"

#include <Poco/String.h>

using namespace aiproject;
using namespace aiproject::test;

namespace {

struct Rights : CppUnit::TestCase {
    TempDir dir;
};

std::string missingTo(const std::string& url) {
    const auto texts = missingRights(configOf(url));
    return Poco::cat(std::string("\n"), texts.begin(), texts.end());
}

std::string urlAs(const std::string& role, const std::string& url) {
    const auto user = url.find("//") + 2;
    return url.substr(0, user) + role + ":word" + url.substr(url.find('@', user));
}

}  // namespace

ON_EACH_DATABASE(Rights, are_all_there_for_an_owner_and_nothing_is_written) {
    Database database(configOf(url));
    migrate(database);
    CPPUNIT_ASSERT_EQUAL(std::string(), missingTo(url));
    for (const char* table : {"users", "audit", "ledger"})
        CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number(database, "SELECT COUNT(*) FROM " + std::string(table)));
}

// MariaDB's are not tried: the tests' server runs without its tables of rights.
SPEC(Rights, that_a_postgresql_role_lacks_are_named) {
    const std::string url = postgresql().newDatabase();
    Database database(configOf(url));
    migrate(database);
    change(database, "CREATE ROLE reader LOGIN PASSWORD 'word'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader");
    const std::string role = urlAs("reader", url);
    for (const char* text : {"the right to INSERT in table users", "the right to UPDATE in table users",
                             "the right to DELETE in table audit", "the right to INSERT in table ledger"})
        assertSays(missingTo(role), text);
    assertSays(missingTo(role), "permission denied");
    change(database, "GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO reader");
    CPPUNIT_ASSERT_EQUAL(std::string(), missingTo(role));
    change(database, "REVOKE UPDATE ON users FROM reader");
    assertSays(missingTo(role), "the right to UPDATE in table users");
    assertSilentOf(missingTo(role), "INSERT");
    change(database, "GRANT UPDATE ON users TO reader; ALTER ROLE reader SET default_transaction_read_only = on");
    assertSays(missingTo(role), "read-only transaction");
}
