// Workers that are replaced while the pool serves: because they have served or grown enough.
#include "support/eventually.h"
#include "support/gated_model.h"
#include "support/manager_under_test.h"
#include "support/plugin_folder.h"
#include "support/process_view.h"
#include "support/spec.h"
#include "support/steady_clients.h"

#include <Poco/JSON/Array.h>

#include <signal.h>

#include <algorithm>

using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

FastcgiAnswer askWhetherAlive(const ManagerUnderTest& manager) {
    return ask(manager.socket("model"), {"GET", "/healthz/live", "", {}});
}

struct Recycling : CppUnit::TestCase {};

constexpr int kMargin = 10;       // MB that a worker may grow, at least
constexpr int kYoungSeconds = 5;  // for so long nobody asks for its size

// One worker with the plugin `leaks`, and a limit somewhat above the size that such a worker has here when it is new.
struct Growing {
    GatedModel gated;
    PluginFolder plugins{{{"echo", pluginFolder()}, {"scripted", badPluginFolder()}, {"leaks", badPluginFolder()}}};
    Settings settings = gated.addedTo({{"plugins.dir", plugins.path()}, {"pool.model.processes", "1"}});
    std::unique_ptr<ManagerUnderTest> manager = std::make_unique<ManagerUnderTest>(settings);
    std::string uuid;

    Growing() {
        leak();  // what the first call makes and keeps belongs to the size
        const int size = worker()->getValue<int>("resident_mb");
        // Sizes differ from worker to worker, those of large ones more: a sanitizer makes them large.
        settings["pool.model.memory_mb"] = std::to_string(size + std::max(kMargin, size / 4));
        manager = std::make_unique<ManagerUnderTest>(settings);
        uuid.clear();  // of another database
        leak();
    }

    // The one that is ready.
    Poco::JSON::Object::Ptr worker() const {
        Poco::JSON::Object::Ptr found;
        const auto isFound = [&] {
            const auto all = manager->pool("model")->getArray("workers");
            for (unsigned i = 0; i < all->size(); ++i)
                if (all->getObject(i)->getValue<std::string>("state") == "ready") found = all->getObject(i);
            return !found.isNull();
        };
        ASSERT_EVENTUALLY(isFound());
        return found;
    }
    // 64 KiB.
    void leak() {
        if (uuid.empty()) uuid = manager->newUser("alice");
        const auto request = jsonRequest("/models/leaks/chat", textBody(uuid, "alice", "memory"));
        CPPUNIT_ASSERT_EQUAL(200, ask(manager->socket("model"), request).status);
    }
};

}  // namespace

SPEC(Recycling, replaces_a_worker_that_has_served_enough_and_loses_no_request) {
    const GatedModel gated;
    const PluginFolder plugins({{"echo", pluginFolder()}, {"scripted", badPluginFolder()}});
    const ManagerUnderTest manager(gated.addedTo({{"plugins.dir", plugins.path()},
                                                  {"pool.model.processes", "1"},
                                                  {"pool.model.queue_ms", atOurPace(10s, 60s)},
                                                  {"pool.model.max_requests", "50"}}));
    const pid_t first = manager.workers("model").at(0);
    const auto stream = gated.stream(manager.socket("model"), manager.newUser("alice"));
    SteadyClients clients(4, [&] { return askWhetherAlive(manager); });
    ASSERT_EVENTUALLY(manager.logged("(pool.model.max_requests); it is replaced") >= 4);
    clients.assertServed(20);
    clients.assertLostNone();
    CPPUNIT_ASSERT(!hasEnded(first));
    gated.open();
    CPPUNIT_ASSERT(GatedModel::isWhole(stream->read()));
    ASSERT_EVENTUALLY(hasEnded(first));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), manager.logged(" E "));
}

SPEC(Recycling, replaces_a_worker_that_is_larger_than_its_limit_from_the_beginning_on) {
    const ManagerUnderTest manager(Settings{{"pool.model.processes", "1"}, {"pool.model.memory_mb", "1"}});
    const auto first = manager.workers("model", "");
    ASSERT_EVENTUALLY(hasEnded(first.at(0)));
    CPPUNIT_ASSERT(manager.logged("(pool.model.memory_mb); it is replaced") >= 1);
    CPPUNIT_ASSERT_EQUAL(200, askWhetherAlive(manager).status);
}

SPEC(Recycling, replaces_a_worker_that_has_grown_too_large) {
    Growing pool;
    const pid_t first = pool.worker()->getValue<pid_t>("pid");
    const auto stream = pool.gated.stream(pool.manager->socket("model"), pool.uuid);
    const std::string replaced = "(pool.model.memory_mb); it is replaced";
    ASSERT_EVENTUALLY(pool.worker()->getValue<int>("up_s") > kYoungSeconds);  // it is looked at, and is no larger
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), pool.manager->logged(replaced));
    const auto isReplaced = [&] {
        pool.leak();
        return pool.manager->logged(replaced) == 1;
    };
    ASSERT_EVENTUALLY(isReplaced());
    ASSERT_EVENTUALLY(pool.worker()->getValue<pid_t>("pid") != first);
    pool.gated.open();
    CPPUNIT_ASSERT(GatedModel::isWhole(stream->read()));
    ASSERT_EVENTUALLY(hasEnded(first));
}

SPEC(Recycling, lets_a_worker_take_what_waits_before_it_ends) {
    ManagerUnderTest manager(Settings{{"pool.model.processes", "1"}});
    const pid_t worker = manager.workers("model").at(0);
    kill(worker, SIGSTOP);
    FastcgiClient waiting(manager.socket("model"));
    waiting.send({"GET", "/healthz/live", "", {}});
    manager.process().signal(SIGTERM);
    ASSERT_EVENTUALLY(!std::filesystem::exists(manager.socket("model")));
    kill(worker, SIGCONT);
    CPPUNIT_ASSERT_EQUAL(200, waiting.read().status);
    CPPUNIT_ASSERT_EQUAL(0, manager.process().wait().value_or(-1));
}

SPEC(Recycling, goes_on_in_a_new_log_after_SIGUSR1) {
    ManagerUnderTest manager;
    const std::string log = manager.installation().dir().file("log");
    std::filesystem::rename(log, log + ".1");
    manager.process().signal(SIGUSR1);
    ASSERT_EVENTUALLY(std::filesystem::exists(log));
    const std::string path = "/healthz/live";
    ASSERT_EVENTUALLY(askWhetherAlive(manager).status == 200 && manager.logged("path=" + path) > 0);
    CPPUNIT_ASSERT(readFile(log + ".1").find(" ready") != std::string::npos);
}
