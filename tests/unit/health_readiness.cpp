// When a worker is ready: its own pool's part of the routes counts, no other's.
#include "health/readiness.h"

#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/auth_fixture.h"
#include "unit/plugin_files.h"

#include <string>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct ReadinessOfPool : CppUnit::TestCase {
    TempDir dir;
    Config config;

    ReadinessOfPool() {
        config.pluginDirs = {dir.file("plugins")};
        install(echoPlugin(), dir.path() / "plugins");
        config.database = databaseAt(dir.file("accounts.db"));
        Database database(config.database);
        migrate(database);
    }

    std::string reasons(const std::vector<std::string>& wanted) const {
        Database database(config.database);
        const Migrations migrations(database, sqlFolder());
        const ModelRegistry models(config, wanted, PluginSnapshot::take(config));
        std::string all;
        for (const auto& reason : Readiness(config.routes, wanted, models, migrations).reasonsAgainst())
            all += reason + "\n";
        return all;
    }
};

SPEC(ReadinessOfPool, needs_no_model_of_another_pool) {
    config.routes = {{"echo"}, {"elsewhere"}, {}, VoiceAccess::anyone};
    CPPUNIT_ASSERT_EQUAL(""s, reasons({"echo"}));
    CPPUNIT_ASSERT_EQUAL(""s, reasons({}));
}

SPEC(ReadinessOfPool, needs_one_of_the_models_that_it_shares_with_a_route) {
    config.routes = {{"echo", "missing"}, {"missing"}, {}, VoiceAccess::anyone};
    assertSays(reasons({"missing"}), "route.text: no model of it is loaded");
    const std::string all = reasons({"*"});
    assertSays(all, "route.voice: no model of it is loaded");
    assertSilentOf(all, "route.text");
    assertSilentOf(all, "route.picture");
}

SPEC(ReadinessOfPool, does_not_count_a_model_in_quarantine) {
    config.routes = {{"echo"}, {}, {}, VoiceAccess::anyone};
    Board board;
    Database database(config.database);
    const Migrations migrations(database, sqlFolder());
    const ModelRegistry models(config, {"*"}, PluginSnapshot::take(config), {&board});
    const Readiness readiness(config.routes, {"*"}, models, migrations);
    CPPUNIT_ASSERT(readiness.reasonsAgainst().empty());
    models.find("echo")->shared->quarantinedIn = 1;
    assertSays(readiness.reasonsAgainst().at(0),
               "route.text: plugin echo is quarantined: it has cost workers their lives");
}

}  // namespace
