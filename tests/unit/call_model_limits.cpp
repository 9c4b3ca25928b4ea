// Models that are full, in quarantine or overdue, as the board of the pool has it.
#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/spec.h"
#include "unit/calls_fixture.h"

#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct ModelLimits : Calls {
    int rowOf(const std::string& model) const { return registry->find(model)->row; }
};

SPEC(ModelLimits, send_calls_to_the_next_model_of_the_route) {
    config.limits.modelCalls = 1;
    load({"delta Hello", "delta Hello"});
    Permit other = permits.take(2);
    CPPUNIT_ASSERT(other.enter(rowOf("one"), 0));
    CPPUNIT_ASSERT_EQUAL("two: Hello"s, collected());
}

SPEC(ModelLimits, refuse_when_every_model_is_full) {
    config.limits.modelCalls = 1;
    load({"delta Hello"});
    Permit other = permits.take(2);
    CPPUNIT_ASSERT(other.enter(rowOf("one"), 0));
    failed(ErrorKind::modelBusy);
    CPPUNIT_ASSERT(other.enter(kMostModels - 1, 0));
    CPPUNIT_ASSERT_EQUAL("one: Hello"s, collected());
}

SPEC(ModelLimits, are_the_models_own_or_else_those_of_all) {
    config.limits.modelCalls = 3;
    load({"delta Hello"});
    config.models["two"] = playing("delta Hello");
    config.models["two"].calls = 0;
    const ModelRegistry models(config, {"*"}, PluginSnapshot::take(config), {&board});
    CPPUNIT_ASSERT_EQUAL(3, models.find("one")->calls);
    CPPUNIT_ASSERT_EQUAL(0, models.find("two")->calls);
    CPPUNIT_ASSERT_EQUAL(3, models.find("scripted")->calls);
}

SPEC(ModelLimits, keep_calls_from_a_model_in_quarantine) {
    load({"delta never asked", "delta Hello"});
    shared("one").quarantinedIn = 1;
    CPPUNIT_ASSERT_EQUAL("two: Hello"s, collected());
    shared("two").quarantinedIn = 1;
    assertSays(failed(ErrorKind::textModelFailed).what(),
               "model two: plugin scripted is quarantined: it has cost workers their lives, and none of its models is "
               "asked; mend or replace it, then aiproject reload");
    shared("one").quarantinedIn = 0;
    CPPUNIT_ASSERT_EQUAL("one: never asked"s, collected());
}

SPEC(ModelLimits, make_a_model_beyond_the_boards_room_a_finding) {
    for (int i = 0; i < kMostModels; ++i) board.rowOfModel("model-" + std::to_string(i), "scripted");
    install(badPlugin("scripted"), dir.path() / "plugins");
    config.pluginDirs = {dir.file("plugins")};
    const ModelRegistry models(config, {"*"}, PluginSnapshot::take(config), {&board});
    CPPUNIT_ASSERT(!models.find("scripted"));
    assertSays(models.findings().at(0).text, "model.scripted: a pool has room for 256 models");
}

SPEC(ModelLimits, let_the_manager_see_when_a_call_is_overdue) {
    config.timeouts.watchdog = 1h;
    config.timeouts.total = 1h;
    load({"delta Hel|hang 3600000|status stopped"});
    const std::int64_t before = Board::milliseconds();
    std::int64_t overdueAt = 0;
    JoiningThreads stopping;
    stopping.add([&] {
        eventually([&] { return kept.count > 0; });
        overdueAt = board.call(0).overdueAt;
        calls->endAll();
    });
    expectError(ErrorKind::modelTimeout, [&] { run(stream); });
    stopping.join();
    CPPUNIT_ASSERT(overdueAt >= before + 7'200'000 - 1);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), board.call(0).overdueAt.load());
    CPPUNIT_ASSERT_EQUAL(0, board.call(0).owner.load());
}

}  // namespace
