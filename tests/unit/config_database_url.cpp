#include "config/database_url.h"

#include "config/config_keys.h"
#include "support/spec.h"
#include "unit/expect.h"

#include <string>

using namespace aiproject;
using namespace aiproject::test;

namespace {

struct ADatabaseUrl : CppUnit::TestCase {};

std::string refusalOf(const std::string& url) {
    return expectError(ErrorKind::internal, [&] { parsedDatabaseUrl(url); }).what();
}

}  // namespace

SPEC(ADatabaseUrl, has_the_parts_that_it_is_written_with) {
    const DatabaseUrl url = parsedDatabaseUrl("postgresql://ann:s3cret@db.example.org:5433/ai?sslmode=verify-full");
    CPPUNIT_ASSERT_EQUAL(std::string("postgresql"), url.dialect);
    CPPUNIT_ASSERT_EQUAL(std::string("ann"), url.user);
    CPPUNIT_ASSERT_EQUAL(std::string("s3cret"), url.password);
    CPPUNIT_ASSERT_EQUAL(std::string("db.example.org"), url.host);
    CPPUNIT_ASSERT_EQUAL(5433, url.port);
    CPPUNIT_ASSERT_EQUAL(std::string("ai"), url.database);
    CPPUNIT_ASSERT_EQUAL(std::string("verify-full"), url.options.at("sslmode"));
}

SPEC(ADatabaseUrl, is_percent_decoded_part_by_part) {
    const DatabaseUrl url =
        parsedDatabaseUrl("mysql://a%3Ab:%40%2F%3F%25%20;'@[::1]:3307/a%2Fi?socket=%2Frun%2Fmy.sock");
    CPPUNIT_ASSERT_EQUAL(std::string("a:b"), url.user);
    CPPUNIT_ASSERT_EQUAL(std::string("@/?% ;'"), url.password);
    CPPUNIT_ASSERT_EQUAL(std::string("::1"), url.host);
    CPPUNIT_ASSERT_EQUAL(3307, url.port);
    CPPUNIT_ASSERT_EQUAL(std::string("a/i"), url.database);
    CPPUNIT_ASSERT_EQUAL(std::string("/run/my.sock"), url.options.at("socket"));
}

SPEC(ADatabaseUrl, may_name_a_socket_in_place_of_a_host) {
    const DatabaseUrl url = parsedDatabaseUrl("postgresql://ann@/ai?host=/run/postgresql");
    CPPUNIT_ASSERT(url.host.empty() && url.password.empty() && url.port == 0);
    CPPUNIT_ASSERT_EQUAL(std::string("/run/postgresql"), url.options.at("host"));
}

SPEC(ADatabaseUrl, of_sqlite_is_a_file_as_it_stands) {
    CPPUNIT_ASSERT_EQUAL(std::string("/a%20b?c@d:e"), parsedDatabaseUrl("sqlite:/a%20b?c@d:e").file);
    CPPUNIT_ASSERT_EQUAL(std::string("sqlite:/a%20b?c@d:e"), shownDatabaseUrl("sqlite:/a%20b?c@d:e"));
}

SPEC(ADatabaseUrl, that_is_wrong_is_refused_with_the_reason_and_without_itself) {
    const std::string secret = "hunter2";
    for (const auto& [url, reason] : std::vector<std::pair<std::string, std::string>>{
             {"postgresql://ann:hunter2@db", "no database"},
             {"postgresql://:hunter2@db/ai", "no user"},
             {"mysql://ann:hunter2@db:0/ai", "the port"},
             {"mysql://ann:hunter2@db:hunter2/ai", "the port"},
             {"mysql://ann:hunter2%4@db/ai", "two hex digits"},
             {"mysql://ann:hunter2%00@db/ai", "%00"},
             {"mysql://ann@db/ai?password=hunter2", "none of socket, ssl_ca"},
             {"oracle://ann:hunter2@db/ai", "unknown form"}}) {
        const std::string refusal = refusalOf(url);
        assertSays(refusal, reason);
        assertSays(refusal, "database.url");
        CPPUNIT_ASSERT_MESSAGE(refusal, !says(refusal, secret));
        CPPUNIT_ASSERT_EQUAL(std::string("(malformed)"), shownDatabaseUrl(url));
    }
}

SPEC(ADatabaseUrl, is_shown_without_its_password) {
    CPPUNIT_ASSERT_EQUAL(std::string("mysql://ann@db:3306/ai?ssl_ca=/a"),
                         shownDatabaseUrl("mysql://ann:hunter2@db:3306/ai?ssl_ca=/a"));
    CPPUNIT_ASSERT_EQUAL(std::string("postgresql://ann@[::1]/ai"),
                         shownDatabaseUrl("postgresql://ann:h@nter2@[::1]/ai"));
    CPPUNIT_ASSERT_EQUAL(std::string("postgresql://ann@db/ai"), shownDatabaseUrl("postgresql://ann@db/ai"));
    Config config;
    config.database.url = "postgresql://ann:hunter2@db/ai";
    CPPUNIT_ASSERT(!says(printed(config), "hunter2"));
    assertSays(printed(config), "# database.url is set: postgresql://ann@db/ai\n");
}
