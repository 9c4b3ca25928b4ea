// What a pool's workers are told of the configuration.
#include "manager/pool_settings.h"

#include "support/spec.h"
#include "unit/expect.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct ToldSettings : CppUnit::TestCase {
    const std::string file =
        "log.level = debug\n"
        "model.chat.api_key = ${system.env.CHAT_KEY}\n"
        "# model.chat of all\\\n"
        "model.chat.plugin = spark_chat\n"
        "model.chat.calls = 3\n"
        "model.chat.price.prompt = 7\n"
        "  model.chat.api_secret : first \\\n  second, which looks = like another\n"
        "model.iat.api_key=${system.env.IAT_KEY}\r\n"
        "database.url = mysql://u:${system.env.DB_KEY}@h/d";
    const std::vector<std::string> overrides{"model.chat.domain=x", "model.iat.url=y", "log.level=info"};

    PoolSettings toldTo(const std::vector<std::string>& models) const {
        PoolConfig pool;
        pool.models = models;
        return {pool, file, overrides};
    }
};

SPEC(ToldSettings, are_all_where_all_models_are_served) {
    const PoolSettings all = toldTo({"*"});
    CPPUNIT_ASSERT_EQUAL(file, all.file());
    CPPUNIT_ASSERT(overrides == all.overrides());
    CPPUNIT_ASSERT(all.withheldVariables().empty());
}

SPEC(ToldSettings, are_of_no_model_where_none_is_served) {
    const PoolSettings none = toldTo({});
    CPPUNIT_ASSERT_EQUAL(
        "log.level = debug\n# model.chat of all\\\nmodel.chat.plugin = spark_chat\nmodel.chat.calls = 3\n"
        "model.chat.price.prompt = 7\ndatabase.url = mysql://u:${system.env.DB_KEY}@h/d"s,
        none.file());
    CPPUNIT_ASSERT((std::vector<std::string>{"log.level=info"} == none.overrides()));
    CPPUNIT_ASSERT((std::set<std::string>{"CHAT_KEY", "IAT_KEY"} == none.withheldVariables()));
}

SPEC(ToldSettings, are_those_of_its_own_models) {
    const PoolSettings own = toldTo({"iat"});
    assertSays(own.file(), "model.iat.api_key=${system.env.IAT_KEY}\r\n");
    assertSilentOf(own.file(), "CHAT_KEY");
    assertSilentOf(own.file(), "second");
    CPPUNIT_ASSERT((std::vector<std::string>{"model.iat.url=y", "log.level=info"} == own.overrides()));
    CPPUNIT_ASSERT((std::set<std::string>{"CHAT_KEY"} == own.withheldVariables()));
}

SPEC(ToldSettings, have_what_they_name_themselves) {
    PoolConfig pool;
    pool.models = {"b"};
    const PoolSettings settings(pool,
                                "model.a.key = ${model.c.key}\nmodel.b.key = ${model.a.key}\nmodel.c.key = "
                                "${system.env.C}\nmodel.d.key = ${system.env.C}${system.env.D}\n",
                                {});
    assertSays(settings.file(), "model.a.key");
    assertSays(settings.file(), "model.c.key");
    assertSilentOf(settings.file(), "model.d.key");
    CPPUNIT_ASSERT((std::set<std::string>{"D"} == settings.withheldVariables()));
}

}  // namespace
