// Two hosts, each with its own folder, workers and nginx, on one PostgreSQL behind one balancer.
#include "e2e/site.h"
#include "support/database_server.h"
#include "support/eventually.h"
#include "support/gated_model.h"
#include "support/joining_threads.h"
#include "support/manager_under_test.h"
#include "support/model_settings.h"
#include "support/spec.h"

#include <signal.h>

#include <list>
#include <mutex>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

DatabaseServer& server() {
    static DatabaseServer one(DatabaseServer::Kind::postgresql);
    return one;
}

// What the hosts share, and what leads them to the upstream.
struct Common {
    upstream::Simulator upstream;
    TempDir folder;
    GatedModel gated;
    const std::string database = server().newDatabase();

    Settings settings(Settings more) const {
        Settings all = gated.addedTo(settingsForAll(upstream));
        all["database.url"] = database;
        all["database.timeout_ms"] = atOurPace(15s, 60s);  // eight threads wait for one row, on a slow machine
        all["auth.key_file"] = folder.file("auth.key");
        all["plugins.dir"] = pluginFolder() + ":" + badPluginFolder();
        all.merge(more);
        return all;
    }
};

NginxOptions frontOf(const Installation& installation) {
    NginxOptions options;
    options.socketFolder = installation.dir().file("run");
    options.locations = "set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;";
    return options;
}

struct Host {
    explicit Host(const Settings& settings) : manager(settings), nginx(frontOf(manager.installation())) {}

    ManagerUnderTest manager;
    NginxSite nginx;

    std::string modelSocket() const { return manager.socket("model"); }
};

NginxOptions balancerOf(const std::vector<std::uint16_t>& ports) {
    NginxOptions options;
    options.socketFolder = "/nobody/listens";
    options.hosts = ports;
    return options;
}

bool accepts(const std::string& socket) {
    try {
        const FastcgiClient client(socket);
        return true;
    } catch (const std::runtime_error&) {
        return false;
    }
}

struct SeveralHosts : CppUnit::TestCase {
    Common common;
    std::unique_ptr<Host> one, other;
    std::unique_ptr<NginxSite> balancer;

    void start(const Settings& more = {}) {
        one = std::make_unique<Host>(common.settings(more));
        other = std::make_unique<Host>(common.settings(more));
        balancer = std::make_unique<NginxSite>(balancerOf({one->nginx.port(), other->nginx.port()}));
    }
    HttpAnswer post(const std::string& path, const std::string& body) const {
        return requestAt(balancer->port(), "POST", path, body, {{"Content-Type", "application/json"}});
    }
    std::string codeOf(const HttpAnswer& answer) const { return answer.json()->get("code").toString(); }
};

}  // namespace

SPEC(SeveralHosts, behave_as_one_behind_a_balancer) {
    start();
    const std::string alice = registration("alice", "a good password", "alice@example.org");
    CPPUNIT_ASSERT_EQUAL(std::string("0"), codeOf(post("/auth/register", alice)));
    CPPUNIT_ASSERT_EQUAL(std::string("USER_NAME_REPEAT"), codeOf(post("/auth/register", alice)));
    const std::string uuid = post("/auth/login", alice).json()->getValue<std::string>("uuid");
    const auto served = [](const Host& host) { return countOf(readFile(host.nginx.accessLog()), "/textModel/chat"); };
    const auto bothHaveServed = [&] {
        CPPUNIT_ASSERT_EQUAL(std::string("0"), codeOf(post("/textModel/chat", textBody(uuid, "alice", "hello there"))));
        return served(*one) > 0 && served(*other) > 0;
    };
    ASSERT_EVENTUALLY(bothHaveServed());
}

SPEC(SeveralHosts, refuse_a_rotated_uuid_at_once_everywhere) {
    start();
    const std::string uuid = newUser(one->manager.socket("auth"), "alice");
    const auto asked = [&](const Host& host) {
        return ask(host.modelSocket(), jsonRequest("/textModel/chat", textBody(uuid, "alice", "hello"))).body;
    };
    CPPUNIT_ASSERT(asked(*other).find("\"code\":0") != std::string::npos);
    const std::string credential = R"({"uuid":")" + uuid + R"(","username":"alice"})";
    CPPUNIT_ASSERT_EQUAL(200, ask(one->manager.socket("auth"), jsonRequest("/auth/rotate", credential)).status);
    CPPUNIT_ASSERT(asked(*other).find("USER_NOT_FOUND") != std::string::npos);
    CPPUNIT_ASSERT(asked(*one).find("USER_NOT_FOUND") != std::string::npos);
}

SPEC(SeveralHosts, share_a_quota_and_overdraw_it_by_less_than_one_call) {
    constexpr std::int64_t granted = 2'000;
    start({{"auth.new_tokens", std::to_string(granted)}, {"quota.answer_tokens", "200"}});
    const std::string uuid = newUser(one->manager.socket("auth"), "alice");
    std::mutex mutex;  // guards what follows
    std::int64_t used = 0, largest = 0;
    const auto useUp = [&](const Host& host) {
        for (;;) {
            const auto answer =
                ask(host.modelSocket(), jsonRequest("/textModel/chat", textBody(uuid, "alice", "hello")));
            const auto json = HttpAnswer{answer.status, {}, answer.body}.json();
            const std::string code = json->get("code").toString();
            if (code == "TOKEN_NOT_ENOUGH") return;
            CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, std::string("0"), code);
            const auto consumed = json->getValue<std::int64_t>("consume_token");
            const std::lock_guard lock(mutex);
            used += consumed;
            largest = std::max(largest, consumed);
        }
    };
    JoiningThreads threads;
    for (int i = 0; i < 4; ++i) {
        threads.add([&] { useUp(*one); });
        threads.add([&] { useUp(*other); });
    }
    threads.join();
    CPPUNIT_ASSERT(largest > 0);
    // Who was refused while others held what was left may have left some of it.
    useUp(*one);
    CPPUNIT_ASSERT(used >= granted);
    CPPUNIT_ASSERT(used < granted + largest);
}

// Exactly: the count is in the database. A host that dies keeps its calls for up to a minute.
SPEC(SeveralHosts, count_the_calls_of_a_user_together) {
    start({{"limit.user_calls", "3"}});
    const std::string uuid = newUser(one->manager.socket("auth"), "alice");
    std::list<std::unique_ptr<FastcgiClient>> streams;
    for (const Host* host : {one.get(), other.get(), one.get()})
        streams.push_back(common.gated.stream(host->modelSocket(), uuid));
    const auto asked = [&] {
        return ask(other->modelSocket(), jsonRequest("/textModel/chat", textBody(uuid, "alice", "hello"))).body;
    };
    CPPUNIT_ASSERT(asked().find("TOO_MANY_REQUESTS") != std::string::npos);
    common.gated.open();
    for (const auto& stream : streams) CPPUNIT_ASSERT(GatedModel::isWhole(stream->read()));
    CPPUNIT_ASSERT(asked().find("\"code\":0") != std::string::npos);
}

SPEC(SeveralHosts, serve_on_when_one_of_them_is_gone) {
    start();
    const std::string uuid = newUser(one->manager.socket("auth"), "alice");
    one.reset();
    for (int i = 0; i < 20; ++i)
        CPPUNIT_ASSERT_EQUAL(std::string("0"), codeOf(post("/textModel/chat", textBody(uuid, "alice", "hello"))));
    other.reset();
    const HttpAnswer none = post("/textModel/chat", textBody(uuid, "alice", "hello"));
    CPPUNIT_ASSERT_EQUAL(200, none.status);
    CPPUNIT_ASSERT_EQUAL(std::string("MODEL_BUSY"), codeOf(none));
}

SPEC(SeveralHosts, serve_on_when_one_has_lost_its_workers) {
    start();
    const std::string uuid = newUser(one->manager.socket("auth"), "alice");
    one->manager.process().signal(SIGKILL);
    ASSERT_EVENTUALLY(!accepts(one->modelSocket()));
    JoiningThreads clients;
    for (int i = 0; i < 8; ++i)
        clients.add([&] {
            for (int call = 0; call < 7; ++call)
                CPPUNIT_ASSERT_EQUAL(std::string("0"),
                                     codeOf(post("/textModel/chat", textBody(uuid, "alice", "hello"))));
        });
    clients.join();
}
