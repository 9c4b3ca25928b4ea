// How streams that an event loop follows end when something happens to their worker or its database: a drain, a reload,
// a death, a lock.
#include "support/books.h"
#include "support/eventually.h"
#include "support/gated_model.h"
#include "support/manager_under_test.h"
#include "support/plugin_folder.h"
#include "support/process_view.h"
#include "support/spec.h"

#include <Poco/Exception.h>

#include <signal.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

using namespace aiproject::test;

namespace {

struct FollowedEnds : CppUnit::TestCase {
    using Streams = std::vector<std::unique_ptr<FastcgiClient>>;

    const PluginFolder plugins{{{"echo", pluginFolder()}, {"scripted", badPluginFolder()}}};
    GatedModel gated;
    std::unique_ptr<ManagerUnderTest> manager;
    std::unique_ptr<Books> books;
    std::string ann;

    void start(const Settings& more) {
        Settings settings = gated.addedTo(
            {{"plugins.dir", plugins.path()}, {"pool.model.processes", "1"}, {"auth.new_tokens", Books::allowance()}});
        settings["model.gated.script"] = "follow|" + settings["model.gated.script"];
        for (const auto& [key, value] : more) settings[key] = value;
        manager = std::make_unique<ManagerUnderTest>(settings);
        books = std::make_unique<Books>(manager->installation());
        ann = manager->newUser("ann");
    }
    Streams streams(std::size_t count) const {
        Streams all(count);
        for (auto& one : all) one = gated.stream(manager->socket("model"), ann, "ann");
        return all;
    }
    static void assertWhole(const Streams& streams) {
        for (const auto& one : streams) {
            const FastcgiAnswer answer = one->read();
            CPPUNIT_ASSERT_MESSAGE(answer.body, GatedModel::isWhole(answer));
        }
    }
    static void assertHaveLastFrames(const Streams& streams) {
        for (const auto& one : streams) {
            const FastcgiAnswer answer = one->read();
            CPPUNIT_ASSERT_MESSAGE(answer.body, answer.complete && countOf(answer.body, "\"status\":2},") == 1);
            CPPUNIT_ASSERT_MESSAGE(answer.body, !GatedModel::isWhole(answer));
        }
    }
    void assertBilled(std::size_t count, const std::string& where) const {
        ASSERT_EVENTUALLY(books->rows(where) == std::int64_t(count));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(count), books->rows("1 = 1"));  // each once
    }
};

}  // namespace

SPEC(FollowedEnds, are_none_that_a_stop_brings_before_its_limit) {
    start({{"timeout.drain_ms", "3600000"}});
    const pid_t worker = manager->workers("model").at(0);
    const Streams running = streams(20);
    manager->process().signal(SIGTERM);
    ASSERT_EVENTUALLY(manager->logged("model/" + std::to_string(worker) + " stopping, 20 requests in progress") == 1);
    gated.open();
    assertWhole(running);
    CPPUNIT_ASSERT_EQUAL(0, manager->process().wait().value_or(-1));
    assertBilled(20, "outcome = 'complete'");
    books->assertAgree();
}

SPEC(FollowedEnds, are_last_frames_where_the_limit_of_a_stop_is_over) {
    start({{"timeout.drain_ms", "0"}});
    const Streams running = streams(20);
    manager->process().signal(SIGTERM);
    assertHaveLastFrames(running);
    CPPUNIT_ASSERT_EQUAL(0, manager->process().wait().value_or(-1));
    assertBilled(20, "outcome = 'broken' AND basis = 'estimated'");
    books->assertAgree();
}

SPEC(FollowedEnds, are_none_that_a_reload_brings_before_its_limit) {
    start({});
    const pid_t worker = manager->workers("model").at(0);
    const Streams running = streams(20);
    manager->process().signal(SIGUSR2);
    ASSERT_EVENTUALLY(manager->workers("model", "draining").size() == 1 && manager->workers("model").size() == 1);
    const Streams next = streams(5);  // of the new worker
    CPPUNIT_ASSERT(!hasEnded(worker));
    gated.open();
    assertWhole(running);
    assertWhole(next);
    ASSERT_EVENTUALLY(hasEnded(worker));
    assertBilled(25, "outcome = 'complete'");
    books->assertAgree();
}

SPEC(FollowedEnds, are_last_frames_where_the_limit_of_a_reload_is_over) {
    start({{"timeout.reload_drain_ms", "0"}});
    const Streams running = streams(20);
    CPPUNIT_ASSERT_EQUAL(0, manager->command("reload").code);
    assertHaveLastFrames(running);
    assertBilled(20, "outcome = 'broken' AND basis = 'estimated'");
    books->assertAgree();
}

SPEC(FollowedEnds, of_a_killed_worker_are_lost_and_billed_and_no_others_are) {
    start({{"pool.model.processes", "2"}});
    const Streams running = streams(30);
    const pid_t victim = manager->workers("model").at(0);
    kill(victim, SIGKILL);
    ASSERT_EVENTUALLY(hasEnded(victim));
    gated.open();
    std::size_t lost = 0;
    for (const auto& one : running) {
        const FastcgiAnswer answer = one->read();
        CPPUNIT_ASSERT_MESSAGE(answer.body, !answer.complete || GatedModel::isWhole(answer));
        lost += answer.complete ? 0 : 1;
    }
    CPPUNIT_ASSERT(lost > 0 && lost < running.size());
    ASSERT_EVENTUALLY(books->rows("outcome = 'lost' AND basis = 'estimated' AND tokens_in > 0 AND tokens_out > 0 AND"
                                  " charged_tokens = tokens_in + tokens_out") == std::int64_t(lost));
    ASSERT_EVENTUALLY(books->number("SELECT COUNT(*) FROM reservations") == 0);
    assertBilled(running.size(), "outcome IN ('lost', 'complete')");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(running.size() - lost), books->rows("outcome = 'complete'"));
    books->assertAgree();
}

// Where the database takes no settlement in time, the spool does. A login, which counts its failures there, is told to
// come back, and waits for none of the settlements then.
SPEC(FollowedEnds, by_the_hundred_wait_for_no_database_that_hangs) {
    constexpr std::size_t count = 500;
    start({{"database.timeout_ms", "1000"}});
    const Streams running = streams(count);
    books->locked([&] {
        gated.open();
        const FastcgiAnswer login =
            ask(manager->socket("auth"), jsonRequest("/auth/login", registration("ann", "a good password", "")));
        CPPUNIT_ASSERT_MESSAGE(login.body, login.body.find("\"MODEL_BUSY\"") != std::string::npos);
        assertWhole(running);
        CPPUNIT_ASSERT_EQUAL(count, books->spooled());
    });
    CPPUNIT_ASSERT(!manager->newUser("ben").empty());
    assertBilled(count, "outcome = 'complete'");
    ASSERT_EVENTUALLY(books->spooled() == 0);
    books->assertAgree();
}
