// Accounts as an operator sees and changes them.
#include "auth/user_directory.h"

#include "auth/audit.h"
#include "support/account_ids.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/auth_fixture.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

using Change = BalanceStep::Kind;

struct Directory : CppUnit::TestCase {
    TempDir dir;
    Database database{databaseAt(dir.file("accounts.db"))};
    UserDirectory directory{migrated(database), {}};

    static Database& migrated(Database& database) {
        migrate(database);
        return database;
    }
    void add(const std::string& name, std::int64_t tokens = -1) {
        directory.add({name, "$scrypt$", "a@example.org", "", tokens, -1, -1});
    }
    std::string namesOf(const AccountFilter& filter) {
        std::string names;
        for (const AccountView& account : directory.list(filter)) names += account.name + ";";
        return names;
    }
    AccountView account(const std::string& name) { return directory.find(name).value(); }
    std::string eventsOf(const std::string& name) {
        std::string events;
        for (const AuditEntry& entry : Audit(database).newest(name, 100)) events += entry.event + ";";
        return events;
    }
    void sql(const std::string& statement) {
        database.write([&](Poco::Data::Session& session) { Database::execute(session, statement); });
    }
    std::int64_t tokensAfter(const BalanceStep& change) {
        CPPUNIT_ASSERT(directory.grant(idOf(directory, "ann"), {change, {}, {}}, "test"));
        return account("ann").tokens;
    }
};

}  // namespace

SPEC(Directory, lists_by_name_in_pages) {
    for (const char* name : {"cid", "ann", "bob", "王小明"}) add(name);
    CPPUNIT_ASSERT_EQUAL("ann;bob;cid;王小明;"s, namesOf({}));
    CPPUNIT_ASSERT_EQUAL("ann;bob;"s, namesOf({"", "", false, 2}));
    CPPUNIT_ASSERT_EQUAL("cid;王小明;"s, namesOf({"", "bob", false, 2}));
}

SPEC(Directory, finds_a_part_of_a_name_and_nothing_else_by_it) {
    for (const char* name : {"Ann", "joanna", "100%", "a_b", "a!b", "axb"}) add(name);
    CPPUNIT_ASSERT_EQUAL("Ann;joanna;"s, namesOf({"aNN", "", false, 9}));
    CPPUNIT_ASSERT_EQUAL("100%;"s, namesOf({"%", "", false, 9}));
    CPPUNIT_ASSERT_EQUAL("a_b;"s, namesOf({"a_b", "", false, 9}));
    CPPUNIT_ASSERT_EQUAL("a!b;"s, namesOf({"!", "", false, 9}));
    CPPUNIT_ASSERT_EQUAL(""s, namesOf({"' OR 1=1 --", "", false, 9}));
}

SPEC(Directory, disables_and_enables) {
    add("ann");
    add("bob");
    CPPUNIT_ASSERT(directory.setDisabled(idOf(directory, "ann"), true));
    CPPUNIT_ASSERT_EQUAL("ann;"s, namesOf({"", "", true, 9}));
    CPPUNIT_ASSERT(directory.setDisabled(idOf(directory, "ann"), true));  // again is no error
    CPPUNIT_ASSERT(directory.setDisabled(idOf(directory, "ann"), false));
    CPPUNIT_ASSERT_EQUAL(""s, namesOf({"", "", true, 9}));
    CPPUNIT_ASSERT_EQUAL("enabled;disabled;disabled;registered;"s, eventsOf("ann"));
}

SPEC(Directory, adds_takes_and_sets_balances) {
    add("ann", 100);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(150), tokensAfter({Change::add, 50}));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(140), tokensAfter({Change::add, -10}));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), tokensAfter({Change::add, -141}));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(7), tokensAfter({Change::set, 7}));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(-1), tokensAfter({Change::set, -1}));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), tokensAfter({Change::set, 0}));
}

SPEC(Directory, changes_each_balance_by_its_own_number) {
    add("ann", 100);
    CPPUNIT_ASSERT(directory.grant(idOf(directory, "ann"), {{}, {Change::set, 5}, {Change::set, 60}}, "test"));
    CPPUNIT_ASSERT(
        directory.grant(idOf(directory, "ann"), {{Change::add, 1}, {Change::add, 2}, {Change::add, 3}}, "test"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(101), account("ann").tokens);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(7), account("ann").picTimes);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(63), account("ann").voiceSeconds);
}

SPEC(Directory, loses_no_grant_when_many_come_at_once) {
    add("ann", 0);
    together(8, [&](int) {
        for (int i = 0; i < 10; ++i) directory.grant(idOf(directory, "ann"), {{Change::add, 1}, {}, {}}, "test");
    });
    CPPUNIT_ASSERT_EQUAL(std::int64_t(80), account("ann").tokens);
}

SPEC(Directory, ends_uuids_by_rotation_and_by_a_new_password) {
    add("ann");
    UserStore store(database);
    CPPUNIT_ASSERT(directory.rotate(idOf(directory, "ann")));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), store.find("ann")->epoch);
    CPPUNIT_ASSERT(directory.setPassword(idOf(directory, "ann"), "$scrypt$new"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), store.find("ann")->epoch);
    CPPUNIT_ASSERT_EQUAL("$scrypt$new"s, store.find("ann")->passwordHash);
    CPPUNIT_ASSERT_EQUAL("password;rotated;registered;"s, eventsOf("ann"));
}

SPEC(Directory, deletes_the_account_and_nothing_that_was_billed) {
    add("ann");
    const std::int64_t id = account("ann").id;
    sql("INSERT INTO ledger (call_id, at_ms, user_id, user_name, model, route, kind, tokens_in, tokens_out, tokens,"
        " pictures, voice_seconds, charged_tokens, charged_pictures, charged_voice_seconds, milliseconds, outcome,"
        " basis, request_id, upstream_id) VALUES ('c', 1, 1, 'ann', 'm', 'r', 'text', 1, 1, 2, 0, 0, 2, 0, 0, 1,"
        " 'complete', 'reported', '', '')");
    CPPUNIT_ASSERT(directory.remove(idOf(directory, "ann")));
    CPPUNIT_ASSERT(!directory.find("ann"));
    int calls = 0;
    database.read([&](Poco::Data::Session& session) {
        session << "SELECT COUNT(*) FROM ledger", Poco::Data::Keywords::into(calls), Poco::Data::Keywords::now;
    });
    CPPUNIT_ASSERT_EQUAL(1, calls);
    CPPUNIT_ASSERT_EQUAL("deleted;registered;"s, eventsOf("ann"));
    add("ann");
    CPPUNIT_ASSERT(account("ann").id > id);
}

SPEC(Directory, knows_when_there_is_no_such_user_and_writes_nothing_then) {
    add("ann");
    for (const std::string name : {"nobody", "", "ANN"}) {
        CPPUNIT_ASSERT(!directory.find(name));
        CPPUNIT_ASSERT(!directory.grant(idOf(directory, name), {}, ""));
        CPPUNIT_ASSERT(!directory.setDisabled(idOf(directory, name), true));
        CPPUNIT_ASSERT(!directory.rotate(idOf(directory, name)));
        CPPUNIT_ASSERT(!directory.setPassword(idOf(directory, name), "x"));
        CPPUNIT_ASSERT(!directory.remove(idOf(directory, name)));
    }
    CPPUNIT_ASSERT_EQUAL("registered;"s, eventsOf(""));
}

SPEC(Directory, changes_nobody_who_has_the_name_of_one_that_is_gone) {
    add("ann", 5);
    const std::int64_t gone = idOf(directory, "ann");
    directory.remove(gone);
    add("ann", 7);
    CPPUNIT_ASSERT(!directory.grant(gone, {{Change::set, 9}, {}, {}, {}, true}, "test"));
    CPPUNIT_ASSERT(!directory.setDisabled(gone, true));
    CPPUNIT_ASSERT(!directory.rotate(gone));
    CPPUNIT_ASSERT(!directory.setPassword(gone, "x"));
    CPPUNIT_ASSERT(!directory.remove(gone));
    const AccountView ann = account("ann");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(7), ann.tokens);
    CPPUNIT_ASSERT(!ann.isAdmin && !ann.disabled);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), UserStore(database).find("ann")->epoch);
    CPPUNIT_ASSERT_EQUAL("registered;deleted;registered;"s, eventsOf("ann"));
}

SPEC(Directory, takes_a_name_once) {
    add("ann");
    expectError(ErrorKind::nameTaken, [&] { add("ann"); });
    CPPUNIT_ASSERT_EQUAL("registered;"s, eventsOf("ann"));  // the second left none
}

SPEC(Directory, changes_nothing_when_the_audit_log_cannot_be_written) {
    add("ann", 5);
    sql("CREATE TRIGGER no_audit BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END");
    CPPUNIT_ASSERT_THROW(directory.grant(idOf(directory, "ann"), {{Change::set, 9}, {}, {}}, "test"), std::exception);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(5), account("ann").tokens);
}

SPEC(Directory, shows_what_calls_hold_and_the_last_login) {
    add("ann", 5);
    sql("UPDATE users SET tokens_held = 1, pic_times_held = 2, voice_seconds_held = 3, calls_held = 4");
    sql("INSERT INTO audit (at_ms, event, user_name, address, request_id, detail) VALUES"
        " (1000, 'login', 'ann', '', '', ''), (2000, 'login', 'ann', '', '', ''),"
        " (3000, 'login_failed', 'ann', '', '', ''), (4000, 'login', 'bob', '', '', '')");
    const AccountView ann = account("ann");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2000), ann.lastLoginMs);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), ann.tokensHeld);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), ann.picTimesHeld);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(3), ann.voiceSecondsHeld);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(4), ann.callsHeld);
}
