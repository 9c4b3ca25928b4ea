// What the store promises to those above it, kept by each of the three.
#include "auth/audit.h"
#include "auth/invitations.h"
#include "auth/user_store.h"
#include "base/error.h"
#include "databases/databases.h"
#include "support/joining_threads.h"
#include "support/temp_dir.h"

#include <Poco/Data/Session.h>

#include <atomic>
#include <limits>

using namespace aiproject;
using namespace aiproject::test;
using Poco::Data::Session;
using Poco::Data::Statement;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

struct Store : CppUnit::TestCase {
    TempDir dir;
};

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

UserRecord userNamed(const std::string& name) {
    UserRecord user;
    user.name = name;
    user.passwordHash = "$scrypt$";
    user.email = name + "@example.org";
    return user;
}

ErrorKind kindOf(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& e) {
        return e.kind();
    }
    throw std::logic_error("no Error came");
}

}  // namespace

ON_EACH_DATABASE(Store, is_migrated_from_nothing_and_not_twice) {
    Database database(configOf(url));
    const Migrations migrations(database, sqlFolder());
    CPPUNIT_ASSERT(!migrations.isCurrent());
    int applied = 0;
    migrations.apply([&](const std::string&) { ++applied; });
    CPPUNIT_ASSERT(applied >= 2);
    CPPUNIT_ASSERT(migrations.isCurrent());
    migrations.apply([&](const std::string&) { ++applied; });
    CPPUNIT_ASSERT_EQUAL(std::int64_t(applied), number(database, "SELECT COUNT(*) FROM schema_migrations"));
}

ON_EACH_DATABASE(Store, is_migrated_once_by_many_at_once) {
    std::atomic<int> applied{0};
    JoiningThreads threads;
    for (int each = 0; each < 8; ++each)
        threads.add([&] {
            Database own(configOf(url));  // as a process of its own
            Migrations(own, sqlFolder()).apply([&](const std::string&) { ++applied; });
        });
    threads.join();
    Database database(configOf(url));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(applied), number(database, "SELECT COUNT(*) FROM schema_migrations"));
    CPPUNIT_ASSERT(Migrations(database, sqlFolder()).isCurrent());
}

SPEC(Store, is_migrated_to_its_end_where_mysql_was_cut_in_the_middle) {
    Database database(configOf(mariadb().newDatabase()));
    migrate(database);
    // As when the server died before a file's row came, and before its last statement.
    change(database, "DELETE FROM schema_migrations WHERE version >= 2; ALTER TABLE users DROP COLUMN refilled");
    migrate(database);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number(database, "SELECT COUNT(refilled) FROM users"));
    CPPUNIT_ASSERT(Migrations(database, sqlFolder()).isCurrent());
}

ON_EACH_DATABASE(Store, keeps_users_and_refuses_a_name_twice) {
    Database database(configOf(url));
    migrate(database);
    UserStore users(database);
    UserRecord record = userNamed("ann");
    record.tokens = kMost;
    const std::int64_t id = users.insert(record);
    const auto found = users.find("ann");
    CPPUNIT_ASSERT(found && found->id == id && found->tokens == kMost && found->voiceSeconds == -1);
    CPPUNIT_ASSERT_EQUAL(std::string("ann@example.org"), found->email);
    CPPUNIT_ASSERT_EQUAL(std::string(), found->academy);
    for (int round = 0; round < 3; ++round)  // on one session, which survives the refusal
        CPPUNIT_ASSERT(ErrorKind::nameTaken == kindOf([&] { users.insert(record); }));
    CPPUNIT_ASSERT(users.insert(userNamed("ben")) > id);
    CPPUNIT_ASSERT(!users.find("nobody"));
}

ON_EACH_DATABASE(Store, tells_names_apart_byte_by_byte) {
    Database database(configOf(url));
    migrate(database);
    UserStore users(database);
    const std::vector<std::string> names{"ann",        "Ann",       "\u00e4nn", "ann ", "\u5b89",
                                         "\U0001F600", "an\u0301n", "?",        "'; --"};
    for (const auto& name : names) users.insert(userNamed(name));
    for (const auto& name : names) {
        const auto found = users.find(name);
        CPPUNIT_ASSERT_MESSAGE(name, found && found->name == name);
    }
    CPPUNIT_ASSERT(!users.find("ANN") && !users.find("ann  ") && !users.find("\U0001F601"));
}

ON_EACH_DATABASE(Store, counts_a_row_that_is_found_as_changed) {
    Database database(configOf(url));
    migrate(database);
    const std::int64_t id = UserStore(database).insert(userNamed("ann"));
    std::vector<std::size_t> changed;
    for (const std::int64_t user : {id, id + 1})
        database.write([&](Session& session) {
            Statement update(session);
            update << "UPDATE users SET disabled = 0 WHERE id = ?", bind(user);
            changed.push_back(update.execute());
        });
    CPPUNIT_ASSERT((changed == std::vector<std::size_t>{1, 0}));
}

ON_EACH_DATABASE(Store, loses_nothing_of_a_statement_that_succeeded_before_another_failed) {
    Database database(configOf(url));
    migrate(database);
    UserStore(database).insert(userNamed("ann"));
    for (int round = 0; round < 3; ++round)  // a leak that asan sees
        CPPUNIT_ASSERT_THROW(database.write([&](Session& session) {
            Statement disable(session);
            disable << "UPDATE users SET disabled = 1";
            disable.execute();
            Statement again(session);
            again << "INSERT INTO users (name, password, email) VALUES ('ann', '', '')";
            again.execute();
        }),
                             ConstraintViolation);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), number(database, "SELECT COUNT(*) FROM users WHERE disabled = 0"));
}

ON_EACH_DATABASE(Store, lets_no_two_spend_the_last) {
    constexpr int kThreads = 8, kEach = 25, kTokens = 120;
    Database database(configOf(url));
    migrate(database);
    UserRecord record = userNamed("ann");
    record.tokens = kTokens;
    const std::int64_t id = UserStore(database).insert(record);
    std::atomic<int> spent{0};
    JoiningThreads threads;
    for (int each = 0; each < kThreads; ++each)
        threads.add([&] {
            for (int round = 0; round < kEach; ++round) {
                std::size_t changed = 0;
                database.write([&](Session& session) {
                    Statement update(session);
                    update << "UPDATE users SET tokens = tokens - 1 WHERE id = ? AND tokens >= ?", bind(id),
                        bind(std::int64_t(1));
                    changed = update.execute();
                });
                spent += int(changed);
            }
        });
    threads.join();
    CPPUNIT_ASSERT_EQUAL(kTokens, spent.load());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number(database, "SELECT tokens FROM users"));
}

ON_EACH_DATABASE(Store, runs_work_again_that_met_another_in_a_deadlock) {
    Database database(configOf(url));
    migrate(database);
    UserStore users(database);
    const std::int64_t ann = users.insert(userNamed("ann")), ben = users.insert(userNamed("ben"));
    std::atomic<int> inside{0};
    const auto countBoth = [&](std::int64_t first, std::int64_t second) {
        database.write([&](Session& session) {
            session << "UPDATE users SET epoch = epoch + 1 WHERE id = ?", bind(first), now;
            ++inside;  // on a server both come so far, and each then wants the other's row
            eventually([&] { return inside >= 2; }, std::chrono::milliseconds(300));
            session << "UPDATE users SET epoch = epoch + 1 WHERE id = ?", bind(second), now;
        });
    };
    JoiningThreads threads;
    threads.add([&] { countBoth(ann, ben); });
    threads.add([&] { countBoth(ben, ann); });
    threads.join();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), number(database, "SELECT MIN(epoch) FROM users"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), number(database, "SELECT MAX(epoch) FROM users"));
}

ON_EACH_DATABASE(Store, reads_a_sum_to_its_last_digit) {
    constexpr std::int64_t kLarge = (std::int64_t(1) << 62) - 1;
    Database database(configOf(url));
    change(database, "CREATE TABLE t (n BIGINT NOT NULL, text VARCHAR(10) NOT NULL)");
    database.write([&](Session& session) {
        for (const std::int64_t value : {kLarge, kLarge - 2})
            session << "INSERT INTO t VALUES (?, 'a')", bind(value), now;
    });
    CPPUNIT_ASSERT_EQUAL(2 * kLarge - 2, number(database, "SELECT SUM(n) FROM t GROUP BY text"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number(database, "SELECT COALESCE(SUM(n), 0) FROM t WHERE n = 1"));
    std::vector<std::int64_t> ordered;
    database.read([&](Session& session) {
        session << "SELECT n FROM t WHERE text = ? ORDER BY n LIMIT ?", into(ordered), bind("a"), bind(1), now;
    });
    CPPUNIT_ASSERT((ordered == std::vector<std::int64_t>{kLarge - 2}));
}

ON_EACH_DATABASE(Store, rolls_back_what_throws) {
    Database database(configOf(url));
    change(database, "CREATE TABLE t (n BIGINT NOT NULL UNIQUE)");
    const auto insertAndThrow = [&](const auto& exception) {
        database.write([&](Session& session) {
            session << "INSERT INTO t VALUES (?)", bind(1), now;
            throw exception;
        });
    };
    CPPUNIT_ASSERT_THROW(insertAndThrow(Error(ErrorKind::nameTaken, "x")), Error);
    CPPUNIT_ASSERT_THROW(insertAndThrow(std::logic_error("x")), std::logic_error);
    CPPUNIT_ASSERT_THROW(change(database, "INSERT INTO t VALUES (1); INSERT INTO t VALUES (1)"), ConstraintViolation);
    CPPUNIT_ASSERT_THROW(change(database, "INSERT INTO t VALUES (NULL)"), ConstraintViolation);
    CPPUNIT_ASSERT(ErrorKind::internal == kindOf([&] { change(database, "INSERT INTO nowhere VALUES (1)"); }));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number(database, "SELECT COUNT(*) FROM t"));
    change(database, "INSERT INTO t VALUES (1)");
}

ON_EACH_DATABASE(Store, lets_a_look_change_nothing) {
    Database database(configOf(url));
    change(database, "CREATE TABLE t (n BIGINT)");
    Database look(configOf(url), DatabaseUse::look);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number(look, "SELECT COUNT(*) FROM t"));
    CPPUNIT_ASSERT(ErrorKind::internal == kindOf([&] { change(look, "INSERT INTO t VALUES (1)"); }));
}

ON_EACH_DATABASE(Store, serves_invitations) {
    Database database(configOf(url));
    migrate(database);
    Invitations invitations(database);
    Invitation invitation;
    invitation.code = "CODE";
    invitation.grant = {5'000'000'000, 2, 3};
    invitation.usesLeft = 1;
    invitations.add(invitation);
    CPPUNIT_ASSERT(ErrorKind::nameTaken == kindOf([&] { invitations.add(invitation); }));

    UserRecord record = userNamed("ann");
    record.tokens = record.picTimes = 0;
    UserStore users(database);
    const std::int64_t ann = users.insert(record), ben = users.insert(userNamed("ben"));
    const auto redeem = [&](std::int64_t user) {
        database.write([&](Session& session) { Invitations::redeem(session, {}, "CODE", {user, ""}); });
    };
    redeem(ann);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(5'000'000'000), users.find("ann")->tokens);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), users.find("ann")->picTimes);
    CPPUNIT_ASSERT(ErrorKind::registrationRefused == kindOf([&] { redeem(ann); }));
    const auto all = invitations.all();
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), all.size());
    CPPUNIT_ASSERT(all[0].code == "CODE" && all[0].uses == 1 && all[0].usesLeft == 0);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(5'000'000'000), all[0].grant.tokens);
    CPPUNIT_ASSERT(invitations.revoke("CODE") && !invitations.revoke("CODE"));
    CPPUNIT_ASSERT(ErrorKind::registrationRefused == kindOf([&] { redeem(ben); }));
}

ON_EACH_DATABASE(Store, serves_the_audit) {
    Database database(configOf(url));
    migrate(database);
    Audit audit(database);
    for (const char* name : {"ann", "ben", "ann"}) audit.add({"login", name, {"192.0.2.1", "r1"}, "\U0001F600"});
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), audit.newest("", 10).size());
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), audit.newest("", 2).size());
    const auto ann = audit.newest("ann", 10);
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), ann.size());
    CPPUNIT_ASSERT(ann[0].event == "login" && ann[0].origin.address == "192.0.2.1" && ann[0].detail == "\U0001F600");
    CPPUNIT_ASSERT(ann[0].atMs > 1'700'000'000'000);
}
