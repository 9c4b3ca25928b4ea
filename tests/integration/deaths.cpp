// A manager that dies with streams in progress, and workers that die as soon as they start.
#include "support/eventually.h"
#include "support/gated_model.h"
#include "support/manager_under_test.h"
#include "support/plugin_folder.h"
#include "support/process_view.h"
#include "support/spec.h"

#include <signal.h>

#include <algorithm>
#include <sstream>
#include <vector>

using namespace aiproject::test;

namespace {

struct Deaths : CppUnit::TestCase {
    const PluginFolder plugins{{{"echo", pluginFolder()}, {"scripted", badPluginFolder()}}};
    GatedModel gated;
    std::unique_ptr<ManagerUnderTest> manager;

    void start(const std::string& drainMs) {
        manager = std::make_unique<ManagerUnderTest>(gated.addedTo(
            {{"plugins.dir", plugins.path()}, {"pool.model.processes", "1"}, {"timeout.drain_ms", drainMs}}));
    }
    // In milliseconds, as the log says them, in their order.
    std::vector<int> pauses() const {
        const std::string said = "; the next one starts in ";
        std::vector<int> all;
        std::istringstream lines(manager->installation().log());
        for (std::string line; std::getline(lines, line);)
            if (const auto at = line.find(said); at != std::string::npos)
                all.push_back(std::stoi(line.substr(at + said.size())));
        return all;
    }
    bool isReady() const { return manager->workers("model").size() == 1; }
};

}  // namespace

SPEC(Deaths, of_a_manager_leave_its_streams_time_to_end_whole) {
    start("3600000");
    const pid_t worker = manager->workers("model").at(0);
    const auto stream = gated.stream(manager->socket("model"), manager->newUser("alice"));
    manager->process().signal(SIGKILL);
    manager->process().wait();
    ASSERT_EVENTUALLY(manager->logged("model/" + std::to_string(worker) + " stopping, 1 requests in progress") == 1);
    gated.open();
    CPPUNIT_ASSERT(GatedModel::isWhole(stream->read()));
    ASSERT_EVENTUALLY(hasEnded(worker));
}

SPEC(Deaths, of_a_manager_give_its_streams_a_last_frame_when_their_time_is_over) {
    start("0");
    const pid_t worker = manager->workers("model").at(0);
    const auto stream = gated.stream(manager->socket("model"), manager->newUser("alice"));
    manager->process().signal(SIGKILL);
    const FastcgiAnswer answer = stream->read();
    CPPUNIT_ASSERT(answer.complete);
    CPPUNIT_ASSERT(answer.body.find("\"status\":2") != std::string::npos);
    ASSERT_EVENTUALLY(hasEnded(worker));
}

SPEC(Deaths, of_workers_that_cannot_start_are_followed_by_growing_pauses_that_the_log_tells) {
    start("0");
    const std::string key = readFile(manager->installation().dir().file("auth.key"));
    manager->installation().dir().write("auth.key", "no key");
    kill(manager->workers("model").at(0), SIGABRT);
    ASSERT_EVENTUALLY(pauses().size() >= 5);
    const std::vector<int> expected{0, 100, 200, 400, 800};
    const std::vector<int> found = pauses();
    CPPUNIT_ASSERT(std::equal(expected.begin(), expected.end(), found.begin()));
    CPPUNIT_ASSERT(manager->logged(" ended with exit code 1: auth.key_file ") >= 4);
    CPPUNIT_ASSERT(!isReady());
    CPPUNIT_ASSERT_EQUAL(200, ask(manager->socket("auth"), {"GET", "/healthz/live", "", {}}).status);
    manager->installation().dir().write("auth.key", key);
    ASSERT_EVENTUALLY(isReady());
    CPPUNIT_ASSERT_EQUAL(200, ask(manager->socket("model"), {"GET", "/healthz/live", "", {}}).status);
}
