// An account of a model that its upstream refuses rests in all workers of its pool, not only in the one that heard it.
#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/manager_under_test.h"
#include "support/plugin_folder.h"
#include "support/spec.h"

#include <Poco/JSON/Array.h>

#include <algorithm>
#include <map>
#include <string>

using namespace aiproject::test;
using namespace std::string_literals;

namespace {

using Served = std::map<pid_t, int>;  // requests, by worker

struct RestingAccounts : CppUnit::TestCase {
    const PluginFolder plugins{{{"scripted", badPluginFolder()}}};
    ManagerUnderTest manager{{{"plugins.dir", plugins.path()},
                              {"route.text", "one"},
                              {"route.voice", ""},
                              {"route.picture", ""},
                              {"pool.model.processes", "2"},
                              {"retry.attempts", "1"},
                              {"breaker.pause_ms", "3600000"},
                              {"model.one.plugin", "scripted"},
                              {"model.one.accounts", "a, b"},
                              {"model.one.account.a.script", "status busy"},
                              {"model.one.account.b.script", "delta from b"}}};
    const std::string uuid = manager.newUser("alice");

    bool isAnsweredByB() const {
        const FastcgiAnswer answer =
            ask(manager.socket("model"), jsonRequest("/textModel/chat", textBody(uuid, "alice", "hello")));
        return answer.body.find("from b") != std::string::npos;
    }
    Served served() const {
        Served served;
        const auto workers = manager.pool("model")->getArray("workers");
        for (std::size_t i = 0; i < workers->size(); ++i) {
            const auto worker = workers->getObject(unsigned(i));
            served[worker->getValue<int>("pid")] = worker->getValue<int>("served");
        }
        return served;
    }
    // Which worker takes a connection is the kernel's choice: several at once, until each has had some.
    bool haveAllAnsweredSince(const Served& before) const {
        JoiningThreads clients;
        for (int i = 0; i < 8; ++i) clients.add([this] { CPPUNIT_ASSERT(isAnsweredByB()); });
        clients.join();
        const Served now = served();
        return std::all_of(before.begin(), before.end(), [&](const auto& worker) {
            return now.count(worker.first) > 0 && now.at(worker.first) > worker.second;
        });
    }
};

}  // namespace

SPEC(RestingAccounts, are_asked_by_no_other_worker_of_the_pool) {
    CPPUNIT_ASSERT(isAnsweredByB());  // after one worker has asked a in vain
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), manager.logged("model=one/a "));
    CPPUNIT_ASSERT_EQUAL("resting"s, manager.stateOf("one/a"));
    const Served before = served();
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), before.size());
    ASSERT_EVENTUALLY(haveAllAnsweredSince(before));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), manager.logged("model=one/a "));
}
