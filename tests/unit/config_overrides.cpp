// -Dkey=value: handed to workers by the environment, and warned of when it is a secret.
#include "config/overrides.h"

#include "unit/config_fixture.h"

#include "support/spec.h"

#include <stdlib.h>

#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct Overrides : CppUnit::TestCase {
    void tearDown() override { unsetenv(kOverridesVariable); }

    static void inherit(const std::string& variable) {
        const auto equals = variable.find('=');
        setenv(variable.substr(0, equals).c_str(), variable.substr(equals + 1).c_str(), 1);
    }
};

SPEC(Overrides, reach_a_worker_by_the_environment) {
    CPPUNIT_ASSERT(inheritedOverrides().empty());
    const std::vector<std::string> given{"log.level=debug", "model.x.prompt=a = b, c", "run.dir="};
    inherit(handedDown(given));
    CPPUNIT_ASSERT(given == inheritedOverrides());
    inherit(handedDown({}));
    CPPUNIT_ASSERT(inheritedOverrides().empty());
}

SPEC(Overrides, look_secret_by_their_last_word) {
    for (const std::string& key : {"model.x.api_key"s, "model.x.API_SECRET"s, "model.x.key"s, "a.secret"s,
                                   "model.x.password"s, "model.x.access_token"s})
        CPPUNIT_ASSERT_MESSAGE(key, looksSecret(key));
    for (const std::string& key : {"auth.key_file"s, "auth.new_tokens"s, "log.file"s, "model.x.app_id"s})
        CPPUNIT_ASSERT_MESSAGE(key, !looksSecret(key));
}

SPEC(Overrides, of_secrets_draw_a_warning_that_does_not_tell_them) {
    const std::string warnings = listed(warnOfSecrets(
        {"model.x.api_key=hunter2", "log.level=debug", "model.y.secret", "=", "model.z.api_key=${system.env.KEY}"},
        looksSecret));
    assertSays(warnings, "-Dmodel.x.api_key: every user can read");
    assertSilentOf(warnings, "hunter2");
    for (const std::string& other : {"log.level"s, "model.y"s, "model.z"s}) assertSilentOf(warnings, other);
}

}  // namespace
