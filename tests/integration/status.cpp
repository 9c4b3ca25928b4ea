// What the commands say that ask a running manager.
#include "support/eventually.h"
#include "support/manager_under_test.h"
#include "support/plugin_folder.h"
#include "support/process_view.h"
#include "support/spec.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <signal.h>
#include <sys/stat.h>

#include <sstream>

using namespace aiproject::test;

namespace {

struct Status : CppUnit::TestCase {
    ManagerUnderTest manager{Settings{{"pool.model.processes", "2"}}};
};

struct NoManager : CppUnit::TestCase {
    Installation installation;
};

}  // namespace

SPEC(Status, tells_each_worker_and_each_model) {
    const auto pool = manager.pool("model");
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), manager.workers("model").size());
    CPPUNIT_ASSERT_EQUAL(21024, pool->getValue<int>("calls_limit"));
    CPPUNIT_ASSERT_EQUAL(0, pool->getValue<int>("calls"));
    CPPUNIT_ASSERT_EQUAL(std::string("serving"), manager.stateOf("echo"));
}

SPEC(Status, counts_what_was_served) {
    for (int i = 0; i < 10; ++i) ask(manager.socket("auth"), {"GET", "/healthz/live", "", {}});
    ASSERT_EVENTUALLY(manager.pool("auth")->getArray("workers")->getObject(0)->getValue<int>("served") == 10);
    ASSERT_EVENTUALLY(manager.pool("auth")->getArray("workers")->getObject(0)->getValue<int>("busy") == 0);
}

SPEC(Status, counts_the_requests_of_workers_that_are_gone) {
    const auto requests = [&] { return manager.status()->getValue<int>("requests"); };
    for (int i = 0; i < 10; ++i) ask(manager.socket("auth"), {"GET", "/healthz/live", "", {}});
    ASSERT_EVENTUALLY(requests() >= 10);
    CPPUNIT_ASSERT_EQUAL(0, manager.command("reload").code);
    // The old one may still be listed while it drains.
    ASSERT_EVENTUALLY(manager.workers("auth").size() == 1 && manager.workers("auth", "").size() == 1);
    CPPUNIT_ASSERT_EQUAL(0, manager.pool("auth")->getArray("workers")->getObject(0)->getValue<int>("served"));
    CPPUNIT_ASSERT(requests() >= 10);
}

SPEC(Status, is_a_table_that_fits_a_terminal) {
    const Finished table = manager.command("status");
    CPPUNIT_ASSERT_EQUAL(0, table.code);
    CPPUNIT_ASSERT(table.output.find("pool model: 2 workers, 2 wanted; 0 of 21024 model calls") != std::string::npos);
    std::istringstream lines(table.output);
    for (std::string line; std::getline(lines, line);) CPPUNIT_ASSERT_MESSAGE(line, line.size() <= 80);
}

SPEC(Status, says_for_each_kind_where_answers_come_from) {
    const ManagerUnderTest several({{"route.text", "mine, echo"},
                                    {"route.voice", ""},
                                    {"route.picture", "echo"},
                                    {"model.mine.plugin", "echo"},
                                    {"model.mine.origin", "our own parrot"}});
    const Finished table = several.command("status");
    const std::string echo = "echo (says the question back; needs no upstream)";
    const std::string wanted = "\nanswers come from\n  text: mine (our own parrot)\n  text: " + echo +
                               "\n  voice: nowhere; route.voice names no model that is there\n  picture: " + echo +
                               "\n";  // and speech where this build has a plugin for it
    CPPUNIT_ASSERT_MESSAGE(table.output, table.output.find(wanted) != std::string::npos);
}

SPEC(Status, is_json_for_programs) {
    const Finished said = runToEnd({programPath(), {"status", "--json", "-c", manager.installation().configFile()}});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(said.output, 0, said.code);
    const auto status = objectOf(said.output);
    CPPUNIT_ASSERT_EQUAL(manager.process().pid(), status->getValue<pid_t>("pid"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), status->getArray("pools")->size());
    const auto answer = status->getArray("answers")->getObject(0);
    CPPUNIT_ASSERT_EQUAL(std::string("text"), answer->getValue<std::string>("kind"));
    CPPUNIT_ASSERT_EQUAL(std::string("echo"), answer->getValue<std::string>("model"));
    CPPUNIT_ASSERT(answer->getValue<std::string>("origin").find("says the question back") == 0);
}

SPEC(Status, names_a_model_that_fails_again_and_again_until_it_serves) {
    const PluginFolder plugins({{"echo", pluginFolder()}, {"scripted", badPluginFolder()}});
    const ManagerUnderTest failing({{"plugins.dir", plugins.path()},
                                    {"model.ailing.plugin", "scripted"},
                                    {"model.ailing.script", "fails 2 failed|delta well"},
                                    {"pool.model.processes", "1"},
                                    {"breaker.failures", "2"}});
    const std::string uuid = failing.newUser("alice");
    const auto askModel = [&] {
        ask(failing.socket("model"), jsonRequest("/models/ailing/chat", textBody(uuid, "alice", "how are you?")));
        return failing.stateOf("ailing");
    };
    CPPUNIT_ASSERT_EQUAL(std::string("serving"), askModel());
    CPPUNIT_ASSERT_EQUAL(std::string("failing"), askModel());
    CPPUNIT_ASSERT(failing.command("status").output.find("failing") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(std::string("serving"), askModel());  // it is the only one, so it is asked all the same
}

SPEC(Status, is_for_the_owner_alone) {
    struct stat status {};
    CPPUNIT_ASSERT_EQUAL(0, stat(manager.installation().dir().file("run/manager.sock").c_str(), &status));
    CPPUNIT_ASSERT_EQUAL(mode_t(0600), mode_t(status.st_mode & 0777));
}

SPEC(Status, waits_for_the_end_on_stop) {
    const auto workers = manager.workers("model");
    CPPUNIT_ASSERT_EQUAL(0, manager.command("stop").code);
    for (const pid_t pid : workers) CPPUNIT_ASSERT(hasEnded(pid));
    CPPUNIT_ASSERT_EQUAL(0, manager.process().wait().value_or(-1));
}

SPEC(NoManager, is_said_with_the_path) {
    for (const std::string name : {"status", "reload", "stop"}) {
        const Finished said = runToEnd({programPath(), {name, "-c", installation.configFile()}});
        CPPUNIT_ASSERT_EQUAL(1, said.code);
        CPPUNIT_ASSERT(said.output.find("no manager answers at " + installation.dir().file("run/manager.sock")) !=
                       std::string::npos);
    }
}
