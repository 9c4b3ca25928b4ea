// What `model.NAME.accounts` makes of a model's settings.
#include "host/upstream_accounts.h"

#include "support/spec.h"

#include <cppunit/TestCase.h>

#include <string>

using namespace aiproject;
using namespace std::string_literals;

namespace {

struct AccountSettings : CppUnit::TestCase {
    static std::string read(const WrittenSettings& written) {
        std::string text;
        const UpstreamAccounts accounts = accountsIn("x", written);
        for (const Finding& error : accounts.errors) text += error.text + "\n";
        for (const UpstreamAccount& account : accounts.all) {
            text += account.labelOf("x") + " " + std::to_string(account.weight);
            for (const auto& [setting, value] : account.settings) text += " " + setting + "=" + value;
            text += "\n";
        }
        return text;
    }
};

SPEC(AccountSettings, are_the_models_own_where_it_has_no_accounts) {
    CPPUNIT_ASSERT_EQUAL("x 1 key=k url=u\n"s, read({{"key", "k"}, {"url", "u"}}));
    CPPUNIT_ASSERT_EQUAL("model.x"s, UpstreamAccount{}.keyPrefixOf("x"));
}

SPEC(AccountSettings, are_the_models_but_for_what_the_account_sets) {
    CPPUNIT_ASSERT_EQUAL("x/a 1 key=1 tls.verify=none url=u\nx/b-2 3 key=2 tls.verify=none url=v\n"s,
                         read({{"accounts", " a, b-2,"},
                               {"url", "u"},
                               {"tls.verify", "none"},
                               {"account.a.key", "1"},
                               {"account.b-2.key", "2"},
                               {"account.b-2.url", "v"},
                               {"account.b-2.weight", "3"}}));
    CPPUNIT_ASSERT_EQUAL("model.x.account.a"s, (UpstreamAccount{"a"}.keyPrefixOf("x")));
}

SPEC(AccountSettings, may_have_dots) {
    CPPUNIT_ASSERT_EQUAL("x/a 1 tls.verify=none\n"s, read({{"accounts", "a"}, {"account.a.tls.verify", "none"}}));
}

SPEC(AccountSettings, say_what_is_wrong_with_the_list) {
    CPPUNIT_ASSERT_EQUAL("model.x.accounts: write at least one name, or remove it\n"s, read({{"accounts", " , "}}));
    CPPUNIT_ASSERT_EQUAL("model.x.accounts: 'a' stands there twice\nx/a 1\n"s, read({{"accounts", "a,a"}}));
    CPPUNIT_ASSERT_EQUAL("model.x.accounts: 'a/b' is not a name; write letters, digits, '_' and '-'\n"s,
                         read({{"accounts", "a/b"}}));
    CPPUNIT_ASSERT_EQUAL("model.x.accounts: the names of model and account '"s + std::string(63, 'a') +
                             "' are longer than 63 characters together\n",
                         read({{"accounts", std::string(63, 'a')}}));
}

SPEC(AccountSettings, say_what_is_wrong_with_an_account) {
    CPPUNIT_ASSERT_EQUAL("model.x.account.b.key: model.x.accounts does not name 'b'\nx/a 1\n"s,
                         read({{"accounts", "a"}, {"account.b.key", "1"}}));
    CPPUNIT_ASSERT_EQUAL("model.x.account.a.key: model.x.accounts does not name 'a'\nx 1\n"s,
                         read({{"account.a.key", "1"}}));
    CPPUNIT_ASSERT_EQUAL("model.x.account.a: write it as model.x.account.NAME.SETTING\nx/a 1\n"s,
                         read({{"accounts", "a"}, {"account.a", "1"}}));
    for (const std::string weight : {"0", "1001", "-1", "1.5", "", "much"})
        CPPUNIT_ASSERT_EQUAL("model.x.account.a.weight: '" + weight + "' is not a whole number from 1 to 1000\nx/a 1\n",
                             read({{"accounts", "a"}, {"account.a.weight", weight}}));
}

SPEC(AccountSettings, are_secret_by_the_plugins_name_for_them) {
    CPPUNIT_ASSERT_EQUAL("api_key"s, std::string(settingIn("account.a.api_key")));
    CPPUNIT_ASSERT_EQUAL("tls.verify"s, std::string(settingIn("account.a.tls.verify")));
    CPPUNIT_ASSERT_EQUAL("tls.verify"s, std::string(settingIn("tls.verify")));
}

}  // namespace
