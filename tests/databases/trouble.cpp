// Trouble that passes by itself is "busy" to whoever calls, in time, and never our fault; a mistake of ours stays one.
#include "auth/accounts.h"
#include "billing/billing.h"
#include "databases/databases.h"
#include "support/eventually.h"
#include "support/temp_dir.h"
#include "unit/expect.h"

#include <Poco/Data/Session.h>

#include <signal.h>
#include <stdlib.h>

#include <chrono>

using namespace aiproject;
using namespace aiproject::test;
using Poco::Data::Session;

namespace {

// Two waits of a hasty database, what rounding up adds to one that connects, and a slow machine.
const std::chrono::seconds kSoon = std::chrono::seconds(20) * timeFactor();
constexpr const char* kUrlOfTheFrozen = "AIPROJECT_TEST_FROZEN";
const std::string kSecret = "correct horse";

struct Trouble : CppUnit::TestCase {
    TempDir dir;
};

void expectBusySoon(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    const Error trouble = expectError(ErrorKind::databaseBusy, work);
    CPPUNIT_ASSERT_MESSAGE(trouble.what(), says(trouble.what(), "database "));
    CPPUNIT_ASSERT_MESSAGE(trouble.what(), std::chrono::steady_clock::now() - begin < kSoon);
}

// While nobody can write: another holds SQLite's lock, or the server hangs.
void whileAway(const std::string& url, const std::function<void()>& work) {
    if (url.compare(0, 7, "sqlite:") == 0) {
        Database holder(configOf(url));
        return holder.write([&](Session&) { work(); });
    }
    DatabaseServer& server = url.compare(0, 5, "mysql") == 0 ? mariadb() : postgresql();
    struct Resumed {
        DatabaseServer& server;
        ~Resumed() { server.resume(); }
    };
    const Resumed atTheEnd{server};
    server.suspend();
    work();
}

bool passes(const std::function<void()>& work) {
    try {
        work();
        return true;
    } catch (const Error& e) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(e.what(), int(ErrorKind::databaseBusy), int(e.kind()));
        return false;
    }
}

// A worker whose database has little patience.
struct HastyWorker {
    TempDir dir;
    Config config;
    Log log;
    Database database;
    Billing billing;

    explicit HastyWorker(const std::string& url)
        : config(configured(url, dir)),
          log(config.log, "worker"),
          database(config.database),
          billing(database, config, {}, log) {}

    static Config configured(const std::string& url, const TempDir& dir) {
        Config config;
        config.database = configOf(url, kHasty);
        config.billing.spoolDir = dir.file("spool");
        config.log.file = dir.file("log");
        return config;
    }
    // It holds 30 of the user's tokens.
    BilledCall begin() { return billing.begin({1, "ann", "/textModel/chat", "request-1", Unit::token, 30, true}); }
};

}  // namespace

ON_EACH_DATABASE(Trouble, is_busy_at_every_step_of_an_account_and_passes) {
    {
        Database maker(configOf(url));
        migrate(maker);
    }
    Database database(configOf(url, kHasty));
    Accounts accounts(database, CredentialKey({1, 2, 3, 4}), {}, kCheap);
    User ann;
    ASSERT_EVENTUALLY(passes([&] { ann = accounts.registerUser({"ann", kSecret, "a@example.org", ""}); }));
    const std::vector<std::function<void()>> steps{
        [&] {
            accounts.registerUser({"bob", kSecret, "b@example.org", ""});
        },
        [&] { accounts.login("ann", kSecret); },
        [&] { accounts.login("ann", "wrong horse"); },
        [&] { accounts.changePassword("ann", kSecret, "another horse"); },
        [&] { accounts.rotate(ann); },
        [&] { accounts.redeem(ann, "ABCDEFGHJKMNPQRS"); },
    };
    whileAway(url, [&] { together(int(steps.size()), [&](int index) { expectBusySoon(steps[std::size_t(index)]); }); });
    ASSERT_EVENTUALLY(passes([&] { accounts.login("ann", kSecret); }));
}

ON_EACH_DATABASE(Trouble, refuses_new_calls_and_keeps_the_bills_of_those_that_run) {
    Database books(configOf(url));
    migrate(books);
    change(books,
           "INSERT INTO users (id, name, password, email, tokens, pic_times, voice_seconds)"
           " VALUES (1, 'ann', '', '', 100, 10, 60)");
    HastyWorker worker(url);
    ASSERT_EVENTUALLY(passes([&] { worker.billing.retry(); }));  // to connect may take all of its time
    CallEnd end;
    end.outcome = Outcome::complete;
    end.isWhole = end.isDelivered = true;
    end.reported = ReportedTokens{0, 0, 43, 43};
    {
        BilledCall running = worker.begin();
        whileAway(url, [&] {
            together(20, [&](int) { expectBusySoon([&] { worker.begin(); }); });
            running.settle(end, {"echo", "up-1"});
        });
    }
    ASSERT_EVENTUALLY(passes([&] { worker.billing.retry(); }) &&
                      number(books, "SELECT COUNT(*) FROM ledger WHERE charged_tokens = 43") == 1);
    ASSERT_EVENTUALLY(passes([&] { worker.billing.retry(); }) &&
                      number(books, "SELECT COUNT(*) FROM reservations") == 0);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(57), number(books, "SELECT tokens FROM users"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number(books, "SELECT tokens_held FROM users"));
}

SPEC(Trouble, is_what_the_process_makes_that_the_next_specs_start) {
    const char* url = ::getenv(kUrlOfTheFrozen);
    if (!url) return;
    Database database(configOf(url));
    database.write([&](Session& session) {
        Database::execute(session, "UPDATE t SET n = 2");
        ::raise(SIGSTOP);  // as a worker that an operator, or the kernel, has stopped with the lock in its hands
    });
}

ON_EACH_DATABASE(Trouble, of_a_writer_that_froze_is_busy_for_the_others_in_time) {
    Database database(configOf(url)), hasty(configOf(url, kHasty));
    change(database, "CREATE TABLE t (n BIGINT NOT NULL)");
    change(database, "INSERT INTO t VALUES (1)");
    ASSERT_EVENTUALLY(passes([&] { number(hasty, "SELECT n FROM t"); }));
    Command command{"/proc/self/exe", {"trouble", "is_what_the_process_makes"}};
    command.environment[kUrlOfTheFrozen] = url;
    command.output = "/dev/null";
    ChildProcess frozen(command);
    const std::string status = "/proc/" + std::to_string(frozen.pid()) + "/status";
    ASSERT_EVENTUALLY(says(readFile(status), "State:\tT"));
    together(8, [&](int) { expectBusySoon([&] { change(hasty, "UPDATE t SET n = 3"); }); });
    std::int64_t read = 0;
    ASSERT_EVENTUALLY(passes([&] { read = number(hasty, "SELECT n FROM t"); }));  // readers go on
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), read);
    frozen.signal(SIGKILL);
    ASSERT_EVENTUALLY(passes([&] { change(hasty, "UPDATE t SET n = 3"); }));
}

SPEC(Trouble, is_no_name_for_a_database_that_is_not_there) {
    for (const std::string& url : {postgresql().newDatabase(), mariadb().newDatabase()}) {
        std::string other = url;
        other.insert(other.find('?'), "_that_nobody_made");
        Database database(configOf(other));
        const Error fault = expectError(ErrorKind::internal, [&] { number(database, "SELECT 1"); });
        CPPUNIT_ASSERT_MESSAGE(fault.what(), says(fault.what(), "cannot be reached"));
    }
}

SPEC(Trouble, is_a_server_without_a_connection_left) {
    const std::string url = postgresql().newDatabase();
    Database database(configOf(url));
    change(database, "CREATE ROLE crowded LOGIN CONNECTION LIMIT 0");
    std::string crowded = url;
    crowded.replace(crowded.find("aiproject@"), 9, "crowded");
    Database full(configOf(crowded));
    expectBusySoon([&] { number(full, "SELECT 1"); });
}
