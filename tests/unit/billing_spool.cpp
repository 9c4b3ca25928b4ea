// Bills that the database does not take: in the spool, in memory, aside.
#include "support/spec.h"
#include "unit/till.h"

#include <filesystem>
#include <string>
#include <system_error>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct Arrears : Till {};

SPEC(Arrears, keeps_the_bills_of_a_locked_database_and_brings_each_in_once) {
    config.database.timeout = 50ms;
    database.emplace(config.database);
    open(billingRules(config));
    sql("UPDATE users SET tokens = 100000");
    const CallEnd end = answered(10);
    Database other(databaseAt(dir.file("accounts.db")));
    {
        BilledCall one = billing->begin(text()), two = billing->begin(text());
        other.write([&](Poco::Data::Session&) {
            one.settle(end, {"echo", ""});
            two.settle(end, {"echo", ""});
            billing->retry();  // still locked
        });
    }
    assertSays(logged(), "bill waits");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT COUNT(*) FROM ledger"));
    using std::filesystem::perms;
    const auto modeOf = [](const std::filesystem::path& path) { return std::filesystem::status(path).permissions(); };
    CPPUNIT_ASSERT(modeOf(config.billing.spoolDir) == perms::owner_all);
    const std::filesystem::path file = spoolFile();
    CPPUNIT_ASSERT(modeOf(file) == (perms::owner_read | perms::owner_write));
    const std::string bills = readFile(file);
    billing->retry();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(20), number("SELECT SUM(charged_tokens) FROM ledger"));
    CPPUNIT_ASSERT(!std::filesystem::exists(file));
    dir.write("spool/again-1.spool", bills);  // as after a death between the commit and the removal of the file
    billing->retry();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), number("SELECT COUNT(*) FROM ledger"));
    assertAgrees(100'000);
}

SPEC(Arrears, brings_in_a_few_however_short_its_time_is) {
    sql("UPDATE users SET tokens = 1000000");
    sql("CREATE TRIGGER broken BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no'); END");
    for (int i = 0; i < 20; ++i) call(10);
    sql("DROP TRIGGER broken");
    int asked = 0;
    billing->retry([&] { return ++asked <= 2; });  // for the file and for the first bills of it
    CPPUNIT_ASSERT_EQUAL(std::int64_t(8), number("SELECT COUNT(*) FROM ledger"));
    billing->retry();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(20), number("SELECT COUNT(*) FROM ledger"));
    assertAgrees(1'000'000);
}

SPEC(Arrears, keeps_bills_in_memory_when_there_is_no_spool_either) {
    dir.write("spool", "a file, no folder");
    sql("CREATE TRIGGER broken BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no'); END");
    call(10);
    assertSays(logged(), "bill is kept in memory only");
    sql("DROP TRIGGER broken");
    billing->retry();
    assertAgrees(100);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(10), number("SELECT SUM(charged_tokens) FROM ledger"));
}

SPEC(Arrears, saves_what_memory_keeps_once_there_is_a_spool_again) {
    dir.write("spool", "a file, no folder");
    sql("CREATE TRIGGER broken BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no'); END");
    call(10);
    std::filesystem::remove(config.billing.spoolDir);
    billing->saveKept();
    CPPUNIT_ASSERT(!std::filesystem::is_empty(config.billing.spoolDir));
}

SPEC(Arrears, brings_in_what_the_files_that_it_can_use_have) {
    sql("CREATE TRIGGER broken BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no'); END");
    call(10);
    sql("DROP TRIGGER broken");
    for (const char* unusable : {"spool/0.spool", "spool/z.spool"})
        std::filesystem::create_directory(dir.file(unusable));
    CPPUNIT_ASSERT_THROW(billing->retry(), std::system_error);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), number("SELECT COUNT(*) FROM ledger"));
    assertAgrees(100);
}

SPEC(Arrears, says_so_when_it_cannot_look_for_bills_that_wait) {
    std::filesystem::create_directory_symlink(config.billing.spoolDir, config.billing.spoolDir);  // endless
    CPPUNIT_ASSERT_THROW(billing->retry(), std::system_error);
}

SPEC(Arrears, brings_in_nothing_when_it_shall_not_go_on) {
    sql("CREATE TRIGGER broken BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no'); END");
    call(10);
    sql("DROP TRIGGER broken");
    billing->retry([] { return false; });
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT COUNT(*) FROM ledger"));
    billing->retry();
    assertAgrees(100);
}

SPEC(Arrears, releases_what_a_bill_held_that_it_puts_aside) {
    sql("UPDATE users SET tokens = 100000");
    sql("CREATE TRIGGER broken BEFORE INSERT ON ledger WHEN NEW.tokens = 13 BEGIN SELECT RAISE(ABORT, 'no'); END");
    {
        BilledCall good = billing->begin(text()), bad = billing->begin(text());
        sql("ALTER TABLE ledger RENAME TO away");
        good.settle(answered(10), {"echo", ""});
        bad.settle(answered(13), {"echo", ""});
        sql("ALTER TABLE away RENAME TO ledger");
    }
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), number("SELECT COUNT(*) FROM reservations"));
    billing->retry();
    assertSays(logged(), "bill is put aside");
    billing->retry();
    assertAgrees(100'000);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(10), number("SELECT SUM(tokens) FROM ledger"));
}

SPEC(Arrears, puts_a_damaged_bill_aside_and_brings_in_the_others) {
    sql("CREATE TRIGGER broken BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no'); END");
    call(10);
    const std::filesystem::path file = spoolFile();
    sql("DROP TRIGGER broken");
    dir.write("spool/other-1.spool", "{\"call_id\":\n" + readFile(file) + "{\"call_id\":\"cut");
    billing->retry();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), number("SELECT COUNT(*) FROM ledger"));
    CPPUNIT_ASSERT_EQUAL("{\"call_id\":\n{\"call_id\":\"cut\n"s, readFile(dir.file("spool/other-1.aside")));
    CPPUNIT_ASSERT(!std::filesystem::exists(dir.file("spool/other-1.spool")));
    assertSays(logged(), "bill is put aside");
}

SPEC(Arrears, leaves_the_file_of_a_living_worker_alone_and_takes_over_a_dead_ones) {
    sql("CREATE TRIGGER broken BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no'); END");
    call(10);
    sql("DROP TRIGGER broken");
    Billing other(*database, config, billingRules(config), *log);
    other.retry();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT COUNT(*) FROM ledger"));
    billing.reset();  // with its lock
    other.retry();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), number("SELECT COUNT(*) FROM ledger"));
    assertAgrees(100);
}

}  // namespace
