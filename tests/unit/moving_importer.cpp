#include "moving/importer.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <Poco/MD5Engine.h>

#include <atomic>
#include <stdexcept>

#include "auth/accounts.h"
#include "auth/audit.h"
#include "auth/user_directory.h"
#include "support/account_ids.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/auth_fixture.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

std::string md5(const std::string& text) {
    Poco::MD5Engine engine;
    engine.update(text);
    return Poco::DigestEngine::digestToHex(engine.digest());
}

OriginalUser original(const std::string& name, const std::string& password = "old password") {
    return {"id-" + name, name, md5(password + "#_#"), "100", "a@b.cn", "5", "physics"};
}

struct Import : CppUnit::TestCase {
    TempDir dir;
    Database database{databaseAt(dir.file("accounts.db"))};
    std::vector<OriginalUser> rows;
    std::vector<std::string> reports;
    ImportSettings settings{ImportMode::apply, 60, kCheap, 2, 2, CredentialKey({})};
    std::function<void(std::uint64_t, std::uint64_t)> progress = [](std::uint64_t, std::uint64_t) {};

    Import() { migrate(database); }

    ImportCounts run() {
        reports.clear();
        Importer importer(database, settings,
                          {[this](const OriginalUser& row, RowResult result, const std::string& reason) {
                               reports.push_back((result == RowResult::skipped ? "skipped " : "changed ") +
                                                 row.name.value_or("") + ": " + reason);
                           },
                           [this](std::uint64_t done, std::uint64_t all) { progress(done, all); }});
        return importer.run([this](const TakeOriginal& take) {
            for (const OriginalUser& row : rows) take(row);
        });
    }
    std::string field(const std::string& column, const std::string& name) {
        std::string value;
        database.read([&](Poco::Data::Session& session) {
            session << "SELECT " + column + " FROM users WHERE name = ?", Poco::Data::Keywords::into(value),
                Poco::Data::Keywords::bind(name), Poco::Data::Keywords::now;
        });
        return value;
    }
    int users() {
        int count = -1;
        database.read([&](Poco::Data::Session& session) {
            session << "SELECT COUNT(*) FROM users", Poco::Data::Keywords::into(count), Poco::Data::Keywords::now;
        });
        return count;
    }
    Accounts accounts() { return Accounts(database, CredentialKey({}), {}, kCheap); }

    static void assertCounts(const ImportCounts& counts, std::uint64_t imported, std::uint64_t there,
                             std::uint64_t skipped) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE("imported", imported, counts.imported);
        CPPUNIT_ASSERT_EQUAL_MESSAGE("already there", there, counts.alreadyThere);
        CPPUNIT_ASSERT_EQUAL_MESSAGE("skipped", skipped, counts.skipped);
    }
};

}  // namespace

SPEC(Import, writes_accounts_with_wrapped_hashes) {
    rows = {original("ann"), original("王")};
    assertCounts(run(), 2, 0, 0);
    CPPUNIT_ASSERT_EQUAL("$md5+scrypt$ln=4,r=1,p=1$"s, field("password", "ann").substr(0, 25));
    CPPUNIT_ASSERT_EQUAL("100"s, field("tokens", "王"));
    CPPUNIT_ASSERT_EQUAL("5"s, field("pic_times", "王"));
    CPPUNIT_ASSERT_EQUAL("60"s, field("voice_seconds", "王"));
    CPPUNIT_ASSERT_EQUAL("a@b.cn"s, field("email", "王"));
    CPPUNIT_ASSERT_EQUAL("physics"s, field("academy", "王"));
    const auto entries = Audit(database).newest("ann", 10);
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), entries.size());
    CPPUNIT_ASSERT_EQUAL("imported Id id-ann of the original, tokens 100, pic_times 5, voice_seconds 60"s,
                         entries[0].event + " " + entries[0].detail);
}

SPEC(Import, gives_accounts_the_credit_of_new_ones) {
    settings.money = 700;
    rows = {original("ann")};
    run();
    CPPUNIT_ASSERT_EQUAL("700"s, field("money", "ann"));
    assertSays(Audit(database).newest("ann", 10).front().detail, "voice_seconds 60, money 700");
}

SPEC(Import, lets_the_old_password_in_and_makes_its_hash_a_plain_one) {
    rows = {original("ann"), original("early")};
    rows[1].password = md5("old password");  // as the original stored them before July 2024
    run();
    Accounts door = accounts();
    for (const std::string name : {"ann", "early"}) {
        expectError(ErrorKind::loginRefused, [&] { door.login(name, "another password"); });
        expectError(ErrorKind::loginRefused, [&] { door.login(name, rows[0].password.value()); });
        CPPUNIT_ASSERT_EQUAL(std::int64_t(100), door.login(name, " old password ").user.tokens);
        CPPUNIT_ASSERT_EQUAL("$scrypt$"s, field("password", name).substr(0, 8));
        door.login(name, "old password");
    }
}

SPEC(Import, lets_nobody_in_with_an_empty_password) {
    rows = {original("ann", ""), original("early")};
    rows[1].password = md5("");
    assertCounts(run(), 2, 0, 0);
    assertSays(reports.at(0), "changed ann: without a password");
    assertSays(reports.at(1), "changed early: without a password");
    Accounts door = accounts();
    for (const std::string name : {"ann", "early"})
        for (const std::string& password : {""s, " "s, "#_#"s})
            expectError(ErrorKind::loginRefused, [&] { door.login(name, password); });
    // Nor with one that an import before this rule has brought.
    database.write([](Poco::Data::Session& session) {
        session << "UPDATE users SET password = '" + PasswordHasher(kCheap).wrapMd5(md5("#_#")) + "'",
            Poco::Data::Keywords::now;
    });
    expectError(ErrorKind::loginRefused, [&] { door.login("ann", ""); });
}

SPEC(Import, keeps_names_that_look_alike_and_gives_them_no_newer_twin) {
    rows = {original("admin"), original("adm\u200bin"), original("Zoe\u0308")};
    assertCounts(run(), 3, 0, 0);
    Accounts door = accounts();
    for (const std::string name : {"admin", "adm\u200bin", "Zoe\u0308", "Zo\u00eb"}) door.login(name, "old password");
    expectError(ErrorKind::registrationRefused, [&] {
        door.registerUser({"\u0430dmin", "a new password", "a@b.cn", ""});
    });
    expectError(ErrorKind::nameTaken, [&] { door.registerUser({"Zo\u00eb", "a new password", "a@b.cn", ""}); });
}

SPEC(Import, does_nothing_twice) {
    rows = {original("ann"), original("Bob "), original("eve"), original("EVE")};
    rows[2].email = "\xff";
    assertCounts(run(), 3, 0, 1);
    accounts().login("ann", "old password");
    const std::string hash = field("password", "ann");
    database.write([](Poco::Data::Session& session) {
        session << "UPDATE users SET tokens = 1 WHERE name = 'Bob'", Poco::Data::Keywords::now;
    });
    assertCounts(run(), 0, 3, 1);
    CPPUNIT_ASSERT_EQUAL(hash, field("password", "ann"));
    CPPUNIT_ASSERT_EQUAL("1"s, field("tokens", "Bob"));
    CPPUNIT_ASSERT_EQUAL(3, users());
}

SPEC(Import, writes_nothing_in_a_dry_run) {
    settings.mode = ImportMode::dryRun;
    rows = {original("ann"), original("ANN"), original("bob")};
    rows[2].password = "plain text";
    assertCounts(run(), 1, 0, 2);
    CPPUNIT_ASSERT_EQUAL(0, users());
}

SPEC(Import, reports_names_that_the_original_took_for_one) {
    rows = {original("ann"), original("Ann"), original(" ann "), original("ÄRA"), original("ära"), original("bob")};
    rows[0].tokens = "none";  // who is turned away takes no name from the others
    assertCounts(run(), 3, 0, 3);
    CPPUNIT_ASSERT_EQUAL(""s, field("name", "ann"));
    CPPUNIT_ASSERT_EQUAL("Ann"s, field("name", "Ann"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), reports.size());
    assertSays(reports[1], "skipped  ann : the row with Id id-Ann has the same name");
}

SPEC(Import, takes_no_account_that_was_registered_here_for_one_of_the_original) {
    accounts().registerUser({"ann", "a new password", "a@b.cn", "physics"});  // as in the original: anyone can
    const std::string hash = field("password", "ann");
    rows = {original("ann"), original("bob")};
    assertCounts(run(), 1, 0, 1);
    CPPUNIT_ASSERT_EQUAL(hash, field("password", "ann"));
    assertSays(reports.at(0), "skipped ann: the name belongs to an account that was made here");
}

SPEC(Import, takes_the_Unicode_forms_of_a_name_for_one) {
    accounts().registerUser({"Zo\u00eb", "a new password", "a@b.cn", "physics"});
    rows = {original("Zoe\u0308"), original("Jos\u00e9"), original("Jose\u0301"), original("JOSE\u0301")};
    assertCounts(run(), 1, 0, 3);
    std::size_t at = 0;
    for (const std::string& one : reports) at += one.find("has the same name") != std::string::npos ? 1 : 0;
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), at);
    assertSays(reports.front(), "the name belongs to an account that was made here");
    CPPUNIT_ASSERT_EQUAL(2, users());
    rows = {original("Jose\u0301")};  // another row
    assertCounts(run(), 0, 0, 1);
}

SPEC(Import, leaves_no_name_that_a_registration_would_have_to_compare) {
    const auto lacking = [this] {
        int count = -1;
        database.read([&](Poco::Data::Session& session) {
            session << "SELECT COUNT(*) FROM users WHERE look_alike IS NULL", Poco::Data::Keywords::into(count),
                Poco::Data::Keywords::now;
        });
        return count;
    };
    rows = {original("ann"), original("bob"), original("eve")};
    run();
    CPPUNIT_ASSERT_EQUAL(0, lacking());
    database.write([](Poco::Data::Session& session) {  // as one that was killed
        session << "UPDATE users SET look_alike = NULL, older_twin = 0", Poco::Data::Keywords::now;
    });
    settings.mode = ImportMode::dryRun;
    run();
    CPPUNIT_ASSERT_EQUAL(3, lacking());
    settings.mode = ImportMode::apply;
    assertCounts(run(), 0, 3, 0);
    CPPUNIT_ASSERT_EQUAL(0, lacking());
}

SPEC(Import, brings_nobody_back_who_was_deleted_here) {
    rows = {original("ann"), original("bob")};
    run();
    UserDirectory directory(database, {});
    directory.remove(idOf(directory, "ann"));
    assertCounts(run(), 0, 1, 1);
    assertSays(reports.at(0), "skipped ann: it was imported before and has been deleted here since");
    accounts().registerUser({"ann", "a new password", "a@b.cn", "physics"});
    assertCounts(run(), 0, 1, 1);
    CPPUNIT_ASSERT_EQUAL(2, users());
}

SPEC(Import, knows_a_row_by_its_Id_alone) {
    rows = {original("ann")};
    run();
    rows[0].email = "another@b.cn";
    rows.push_back(original("bob"));
    rows[1].id = rows[0].id;
    assertCounts(run(), 0, 1, 1);
    assertSays(reports.at(0), "skipped bob: an earlier row has the same Id");
}

SPEC(Import, goes_on_where_it_was_ended) {
    for (int i = 0; i < 9; ++i) rows.push_back(original("user" + std::to_string(i)));
    progress = [](std::uint64_t done, std::uint64_t all) {
        CPPUNIT_ASSERT_EQUAL(std::uint64_t(9), all);
        if (done == 4) throw std::runtime_error("killed");
    };
    CPPUNIT_ASSERT_EQUAL("killed"s, reasonOf([this] { run(); }));
    CPPUNIT_ASSERT_EQUAL(4, users());
    progress = [](std::uint64_t, std::uint64_t) {};
    assertCounts(run(), 5, 4, 0);
}

SPEC(Import, writes_nothing_from_a_source_that_fails_at_its_end) {
    rows = {original("ann"), original("bob"), original("eve")};
    Importer importer(database, settings,
                      {[](const OriginalUser&, RowResult, const std::string&) {}, [](std::uint64_t, std::uint64_t) {}});
    const auto cut = [this](const TakeOriginal& take) {
        for (const OriginalUser& row : rows) take(row);
        throw std::runtime_error("the dump is cut");
    };
    CPPUNIT_ASSERT_EQUAL("the dump is cut"s, reasonOf([&] { importer.run(cut); }));
    CPPUNIT_ASSERT_EQUAL(0, users());
}

SPEC(Import, finds_who_registers_a_name_meanwhile) {
    rows = {original("ann"), original("bob"), original("eve"), original("zoe")};
    progress = [this](std::uint64_t done, std::uint64_t) {
        if (done == 2) accounts().registerUser({"eve", "a new password", "a@b.cn", "physics"});
    };
    assertCounts(run(), 3, 0, 1);
    CPPUNIT_ASSERT_EQUAL(4, users());
}

SPEC(Import, may_run_twice_at_once) {
    for (int i = 0; i < 40; ++i) rows.push_back(original("user" + std::to_string(i)));
    std::atomic<std::uint64_t> imported{0}, alreadyThere{0};
    together(2, [&](int) {
        Database own(databaseAt(dir.file("accounts.db")));
        Importer importer(
            own, settings,
            {[](const OriginalUser&, RowResult, const std::string&) {}, [](std::uint64_t, std::uint64_t) {}});
        const ImportCounts counts = importer.run([this](const TakeOriginal& take) {
            for (const OriginalUser& row : rows) take(row);
        });
        imported += counts.imported;
        alreadyThere += counts.alreadyThere;
    });
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(40), imported.load());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(40), alreadyThere.load());
    CPPUNIT_ASSERT_EQUAL(40, users());
}

SPEC(Import, says_which_rule_of_the_table_a_row_breaks) {
    database.write([](Poco::Data::Session& session) {
        session << "CREATE TRIGGER no_bob BEFORE INSERT ON users WHEN NEW.name = 'bob'"
                   " BEGIN SELECT RAISE(ABORT, 'bob is not welcome'); END",
            Poco::Data::Keywords::now;
    });
    rows = {original("ann"), original("zoe"), original("bob"), original("eve")};
    const Error fault = expectError(ErrorKind::internal, [this] { run(); });
    assertSays(fault.what(), "bob is not welcome");
    CPPUNIT_ASSERT_EQUAL(2, users());
}
