// Workers that are replaced while the pool serves: because they have served or grown enough.
#include "support/eventually.h"
#include "support/manager_under_test.h"
#include "support/spec.h"

#include <signal.h>

using namespace aiproject::test;

namespace {

int statusOfLiveness(const ManagerUnderTest& manager) {
    return ask(manager.socket("model"), {"GET", "/healthz/live", "", {}}).status;
}

struct Recycling : CppUnit::TestCase {};

}  // namespace

SPEC(Recycling, replaces_a_worker_that_has_served_enough_and_loses_no_request) {
    const ManagerUnderTest manager(Settings{{"pool.model.processes", "1"}, {"pool.model.max_requests", "20"}});
    const auto first = manager.workers("model");
    for (int i = 0; i < 20; ++i) CPPUNIT_ASSERT_EQUAL(200, statusOfLiveness(manager));
    ASSERT_EVENTUALLY(statusOfLiveness(manager) == 200 && hasEnded(first.at(0)));
    CPPUNIT_ASSERT(manager.logged("(pool.model.max_requests); it is replaced") >= 1);
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), manager.logged(" E "));
}

SPEC(Recycling, replaces_a_worker_that_has_grown_too_large) {
    const ManagerUnderTest manager(Settings{{"pool.model.processes", "1"}, {"pool.model.memory_mb", "1"}});
    const auto first = manager.workers("model", "");
    ASSERT_EVENTUALLY(hasEnded(first.at(0)));
    CPPUNIT_ASSERT(manager.logged("(pool.model.memory_mb); it is replaced") >= 1);
    CPPUNIT_ASSERT_EQUAL(200, statusOfLiveness(manager));
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
    ASSERT_EVENTUALLY(statusOfLiveness(manager) == 200 && manager.logged("path=" + path) > 0);
    CPPUNIT_ASSERT(readFile(log + ".1").find(" ready") != std::string::npos);
}
