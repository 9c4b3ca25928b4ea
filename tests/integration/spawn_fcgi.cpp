// Another program's process manager: descriptor 0 is the listening socket.
#include "support/eventually.h"
#include "support/process_view.h"
#include "support/spec.h"
#include "support/worker_under_test.h"

#include <signal.h>

#include <string>

using namespace aiproject::test;

namespace {

struct SpawnFcgi : CppUnit::TestCase {
    Installation installation;
    pid_t pid = 0;

    ~SpawnFcgi() override {
        if (pid > 0 && !hasEnded(pid)) kill(pid, SIGKILL);
    }
};

}  // namespace

SPEC(SpawnFcgi, runs_a_worker_that_serves_everything_and_ends_on_SIGTERM) {
    const std::string pidFile = installation.dir().file("pid");
    const auto spawned = runToEnd({"spawn-fcgi",
                                   {"-s", installation.socket("spawned"), "-P", pidFile, "--", programPath(), "worker",
                                    "-c", installation.configFile()}});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(spawned.output, 0, spawned.code);
    pid = std::stoi(readFile(pidFile));

    CPPUNIT_ASSERT_EQUAL(200, ask(installation.socket("spawned"), {"GET", "/healthz", "", {}}).status);
    const auto refused = ask(installation.socket("spawned"), {"POST", "/auth/login", "{}", {}});
    CPPUNIT_ASSERT_EQUAL(std::string(R"({"code":"APP_QUERY_METHOD_ERROR","msg":"the body lacks 'username'"})"),
                         refused.body);

    kill(pid, SIGTERM);
    ASSERT_EVENTUALLY(hasEnded(pid));
}
