// Accounts, invitations, usage and the audit log from the command line, as processes on a fresh SQLite database.
#include "integration/administer.h"
#include "support/spec.h"

#include <map>

using namespace aiproject::test;
using namespace std::string_literals;
using Poco::JSON::Object;

SPEC(Administration, adds_shows_grants_and_deletes_an_account) {
    assertSays(output({"user", "add", "ann", "--email", "a@example.org", "--academy", "计算机学院", "--tokens", "1000"},
                      kPassword + "\n"),
               "ann: added; tokens 1000, picture calls unlimited");
    assertSays(output({"user", "grant", "ann", "--tokens", "-1", "--pic-times", "=5"}), "tokens 999, picture calls 5");
    const Object::Ptr ann = object({"user", "show", "ann", "--json"});
    CPPUNIT_ASSERT_EQUAL("计算机学院"s, ann->getValue<std::string>("academy"));
    CPPUNIT_ASSERT_EQUAL(999, ann->getValue<int>("tokens"));
    CPPUNIT_ASSERT_EQUAL(5, ann->getValue<int>("pic_times"));
    CPPUNIT_ASSERT_EQUAL(-1, ann->getValue<int>("voice_seconds"));
    CPPUNIT_ASSERT_EQUAL("granted"s, ann->getArray("audit")->getObject(0)->getValue<std::string>("event"));
    assertSays(output({"user", "show", "ann"}), "a@example.org");
    for (const std::string secret : {"scrypt", kPassword.c_str()})
        assertSilentOf(output({"user", "show", "ann"}) + output({"user", "show", "ann", "--json"}), secret);
    assertCode(2, run({"user", "delete", "ann"}));
    output({"user", "delete", "ann", "--yes"});
    assertCode(3, run({"user", "show", "ann"}));
    assertSays(output({"audit", "ann"}), "deleted");
}

SPEC(Administration, takes_the_grants_of_the_configuration_when_none_is_said) {
    output({"user", "add", "ann", "--email", "a@example.org", "-Dauth.new_tokens=77"}, kPassword);  // no line break
    CPPUNIT_ASSERT_EQUAL(77, object({"user", "show", "ann", "--json"})->getValue<int>("tokens"));
    CPPUNIT_ASSERT_EQUAL(-1, object({"user", "show", "ann", "--json"})->getValue<int>("money"));
    assertSays(output({"user", "add", "bob", "--email", "a@example.org", "-Dauth.new_money=500"}, kPassword),
               "money 500");
    output({"user", "add", "cid", "--email", "a@example.org", "-Dauth.new_money=500", "--money=unlimited"}, kPassword);
    CPPUNIT_ASSERT_EQUAL(-1, object({"user", "show", "cid", "--json"})->getValue<int>("money"));
}

SPEC(Administration, has_an_exit_code_for_each_failure) {
    add("ann");
    const std::vector<std::string> all{"show", "grant", "disable", "enable", "rotate", "password", "delete"};
    for (const std::string& command : all) {
        std::vector<std::string> words{"user", command, "nobody"};
        if (command == "grant") words.insert(words.end(), {"--tokens", "+1"});
        const Finished finished = run(words, kPassword + "\n");
        assertCode(3, finished);
        assertSays(finished.output, "there is no user 'nobody'");
        assertCode(2, run({"user", command}));
        assertCode(2, run({"user", command, "ann", "bob"}));
    }
    assertCode(3, run({"invite", "revoke", "NOSUCHCODE"}));
    assertCode(1, run({"user", "add", "ann", "--email", "a@example.org"}, kPassword + "\n"));
    assertCode(2, run({"user", "add", "bob", "--email", "no address"}, kPassword + "\n"));
    assertCode(2, run({"user", "add", "bob", "--email", "a@example.org"}, "short\n"));
    assertCode(2, run({"user", "add", "bob", "--email", "a@example.org"}));  // nothing on standard input
    assertCode(2, run({"user", "add", "bob"}, kPassword + "\n"));
    assertCode(2, run({"user", "grant", "ann"}));
    assertCode(2, run({"user", "grant", "ann", "--tokens", "1000"}));
    assertCode(2, run({"user", "list", "--limit", "0"}));
    assertCode(2, run({"usage", "--by", "hour"}));
    assertCode(2, run({"usage", "--since", "2026-02-30"}));
    assertCode(2, run({"usage", "--json", "--csv"}));
    assertCode(2, run({"invite", "add", "--ends", "2001-01-01"}));
    for (const std::string& academy : {"\xff"s, std::string(101, 'x'), "a\nb"s})  // which no user can have
        assertCode(2, run({"invite", "add", "--academy", academy}));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), array({"user", "list", "--json"})->size());
}

SPEC(Administration, takes_no_password_as_an_argument) {
    const Finished finished = run({"user", "add", "ann", "--email", "a@example.org", "--password", "x"}, kPassword);
    assertCode(2, finished);
    assertCode(2, run({"user", "password", "ann", kPassword}));
}

SPEC(Administration, knows_names_with_spaces_of_any_script_and_with_a_dash) {
    const std::vector<std::string> names{"王 小明", "--help", "-", "a b  c", "%", "'; DROP TABLE users; --"};
    for (const std::string& name : names) add(name);
    CPPUNIT_ASSERT_EQUAL(names.size(), array({"user", "list", "--json"})->size());
    for (const std::string& name : names) {
        output({"user", "disable", "--", name});
        const Object::Ptr user = object({"user", "show", "--json", "--", name});
        CPPUNIT_ASSERT_EQUAL(name, user->getValue<std::string>("name"));
        CPPUNIT_ASSERT(user->getValue<bool>("disabled"));
    }
}

SPEC(Administration, lists_in_pages_and_says_how_to_go_on) {
    for (const char* name : {"ann", "bob", "cid"}) add(name);
    const std::string first = output({"user", "list", "--limit", "2"});
    assertSays(first, "--after='bob'");
    assertSilentOf(first, "cid");
    const std::string rest = output({"user", "list", "--limit", "2", "--after=bob"});
    assertSays(rest, "cid");
    assertSilentOf(rest, "--after");
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), array({"user", "list", "--like", "NN", "--json"})->size());
}

SPEC(Administration, makes_lists_and_revokes_invitations) {
    const std::string code =
        object({"invite", "add", "--tokens", "500", "--uses", "3", "--ends", "2999-12-31", "--json"})
            ->getValue<std::string>("code");
    CPPUNIT_ASSERT_EQUAL(std::size_t(16), code.size());
    const Object::Ptr listed = array({"invite", "list", "--json"})->getObject(0);
    CPPUNIT_ASSERT_EQUAL(500, listed->getValue<int>("tokens"));
    CPPUNIT_ASSERT_EQUAL(3, listed->getValue<int>("uses_left"));
    CPPUNIT_ASSERT_EQUAL("3000-01-01T00:00:00.000Z"s, listed->getValue<std::string>("ends"));
    assertSays(output({"invite", "list"}), "2999-12-31");
    assertSilentOf(output({"invite", "list"}), "money");
    const std::string paid = output({"invite", "add", "--money", "5000000", "--ends", "2999-12-31"}).substr(0, 16);
    assertSays(output({"invite", "list"}), "money");
    assertSays(output({"invite", "list"}), "5000000     0   any  2999-12-31");
    output({"invite", "revoke", paid});
    output({"invite", "revoke", code});
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), array({"invite", "list", "--json"})->size());
    const std::string audit = output({"audit", "--json"});
    assertSays(audit, "invitation_revoked");
    assertSilentOf(audit, code);
}

SPEC(Administration, makes_lists_and_revokes_keys) {
    add("ann");
    const Object::Ptr made = object({"key", "add", "ann", "--name", "laptop", "--models", "spark_chat, echo", "--ends",
                                     "2999-12-31", "--tokens", "500", "--refill", "month", "--json"});
    const std::string key = made->getValue<std::string>("key"), id = made->getValue<std::string>("id");
    CPPUNIT_ASSERT_EQUAL(std::size_t(51), key.size());
    assertSilentOf(output({"key", "list", "--json"}), key);
    const Object::Ptr listed = array({"key", "list", "ann", "--json"})->getObject(0);
    for (const auto& [member, text] : std::map<std::string, std::string>{{"user", "ann"},
                                                                         {"name", "laptop"},
                                                                         {"hint", key.substr(47)},
                                                                         {"refill", "month"},
                                                                         {"tokens", "500"},
                                                                         {"tokens_used", "0"},
                                                                         {"ends", "3000-01-01T00:00:00.000Z"}})
        CPPUNIT_ASSERT_EQUAL(text, listed->getValue<std::string>(member));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), listed->getArray("models")->size());
    assertSays(output({"key", "list"}), "0/500");
    output({"key", "revoke", id});
    assertCode(3, run({"key", "revoke", key}));
    const std::string second = output({"key", "add", "ann", "--ends", "2999-12-31T10:00:00Z"});
    output({"key", "revoke", second.substr(0, 51)});
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), array({"key", "list", "--json"})->size());
    const std::string audit = output({"audit", "ann", "--json"});
    assertSays(audit, "key_revoked");
    assertSilentOf(audit, key);
    assertCode(3, run({"key", "add", "bob"}));
    assertCode(3, run({"key", "list", "bob"}));
    assertCode(3, run({"key", "revoke", "99"}));
    for (const std::string& wrong :
         {"--ends=2001-01-01"s, "--ends=soon"s, "--tokens=-5"s, "--refill=week"s, "--refill=day"s, "--models=a b"s})
        assertCode(2, run({"key", "add", "ann", wrong}));
    assertCode(2, run({"key", "revoke", "laptop"}));
}

SPEC(Administration, makes_no_key_for_models_that_nobody_has) {
    add("ann");
    const Finished wrong = run({"key", "add", "ann", "--models", "spark_chat,spark_caht"});
    assertCode(2, wrong);
    assertSays(wrong.output, "there is no model or alias 'spark_caht'; did you mean spark_chat? There are: ");
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), array({"key", "list", "--json"})->size());
    output({"key", "add", "ann", "--models", "whisper-1"});  // an alias
    // One that the configuration names may come later, and needs no folder of plugins.
    const std::vector<std::string> later{"key", "add", "ann", "--models", "later", "-Dplugins.dir=/nowhere"};
    const Finished unreadable = run(later);
    assertCode(1, unreadable);
    assertSays(unreadable.output, "plugins.dir: /nowhere cannot be read");
    output({"key", "add", "ann", "--models", "later", "-Dplugins.dir=/nowhere", "-Dmodel.later.plugin=unknown"});
}

SPEC(Administration, grants_money_and_shows_it) {
    add("ann");
    CPPUNIT_ASSERT_EQUAL(-1, object({"user", "show", "ann", "--json"})->getValue<int>("money"));
    assertSilentOf(output({"user", "show", "ann"}), "money");
    output({"user", "grant", "ann", "--money", "=1000000"});
    output({"user", "grant", "ann", "--money", "+5"});
    CPPUNIT_ASSERT_EQUAL(1'000'005, object({"user", "show", "ann", "--json"})->getValue<int>("money"));
    assertSays(output({"user", "show", "ann"}), "1000005");
    // What nothing is said of stays.
    output({"user", "grant", "ann", "--tokens", "=7"});
    CPPUNIT_ASSERT_EQUAL(1'000'005, object({"user", "show", "ann", "--json"})->getValue<int>("money"));
    output({"user", "grant", "ann", "--money", "unlimited"});
    CPPUNIT_ASSERT_EQUAL(-1, object({"user", "show", "ann", "--json"})->getValue<int>("money"));
    assertSays(output({"usage", "--csv", "--by", "key"}), "key,key_id,calls,");
}

SPEC(Administration, prints_usage_as_table_json_and_csv) {
    CPPUNIT_ASSERT_EQUAL(""s, output({"usage"}));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), array({"usage", "--json"})->size());
    const std::string csv = output({"usage", "--csv", "--by", "model"});
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), csv.find("model,calls,complete,estimated,tokens_in,tokens_out,tokens,"));
}

SPEC(Administration, leaves_no_invitation_whose_code_could_not_be_printed) {
    const std::string invite = "exec \"$0\" invite add --tokens 5 -c \"$1\" $2 ";
    const std::string readerHasGone =
        "mkfifo \"$1.pipe\"; (exec 4<\"$1.pipe\") & exec 5>\"$1.pipe\"; wait; rm \"$1.pipe\"; ";
    for (const char* form : {"", "--json"}) {
        for (const std::string& text : {invite + ">/dev/full", readerHasGone + invite + ">&5"}) {
            Command command{"sh", {"-c", text, programPath(), installation.configFile(), form}};
            assertCode(1, runToEnd(command));
        }
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), array({"invite", "list", "--json"})->size());
}

SPEC(Administration, grants_nothing_on_top_of_what_is_unlimited) {
    add("ann");
    output({"user", "grant", "ann", "--tokens", "unlimited"});
    assertCode(1, run({"user", "grant", "ann", "--tokens", "+5"}));
    CPPUNIT_ASSERT_EQUAL(-1, object({"user", "show", "ann", "--json"})->getValue<int>("tokens"));
}

SPEC(Administration, says_that_a_full_disk_took_not_all_of_its_output) {
    Command command{
        "sh", {"-c", "exec \"$0\" user list -c \"$1\" --json >/dev/full", programPath(), installation.configFile()}};
    assertCode(1, runToEnd(command));
}
