// /admin/* of a whole site of processes: a first admin from the command line, the manager's status, a reload.
#include "integration/administer.h"
#include "support/eventually.h"
#include "support/manager_under_test.h"
#include "support/spec.h"

#include <signal.h>

#include <fstream>
#include <list>

using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct WebAdministration : CppUnit::TestCase {
    ManagerUnderTest manager{
        {{"pool.auth.processes", "1"}, {"pool.auth.threads", "8"}, {"pool.auth.queue_ms", "60000"}}};
    std::string cookie;

    void setUp() override {
        const std::string file = manager.installation().configFile();
        assertCode(0, administer(file, {"user", "add", "ann", "--email", "a@example.org"}, kPassword + "\n"));
        const Finished granted = administer(file, {"user", "grant", "ann", "--admin"});
        assertCode(0, granted);
        assertSays(granted.output, "admin");
        const FastcgiAnswer answer =
            asked("POST", "/admin/session", R"({"name":"ann","password":")" + kPassword + "\"}");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
        cookie = answer.headers.at("set-cookie").substr(0, answer.headers.at("set-cookie").find(';'));
    }

    FastcgiRequest request(const std::string& method, const std::string& path, const std::string& body = {}) const {
        return {method,
                path,
                body,
                {{"HTTP_SEC_FETCH_SITE", "same-origin"},
                 {"HTTP_HOST", "127.0.0.1:8080"},
                 {"REMOTE_ADDR", "127.0.0.1"},
                 {"CONTENT_TYPE", "application/json"},
                 {"HTTP_COOKIE", cookie}}};
    }
    FastcgiAnswer asked(const std::string& method, const std::string& path, const std::string& body = {},
                        const std::string& pool = "auth") const {
        return ask(manager.socket(pool), request(method, path, body));
    }
    Poco::JSON::Object::Ptr object(const FastcgiAnswer& answer) const {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
        return objectOf(answer.body);
    }
};

// A process that stands still, for as long as this lives.
class Stopped {
public:
    explicit Stopped(ChildProcess& process) : process_(process) { process_.signal(SIGSTOP); }
    ~Stopped() { process_.signal(SIGCONT); }
    Stopped(const Stopped&) = delete;
    Stopped& operator=(const Stopped&) = delete;

private:
    ChildProcess& process_;
};

}  // namespace

SPEC(WebAdministration, shows_the_status_that_the_command_shows) {
    const auto status = object(asked("GET", "/admin/status"));
    CPPUNIT_ASSERT_EQUAL(manager.status()->getValue<int>("pid"), status->getValue<int>("pid"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), status->getArray("pools")->size());
    CPPUNIT_ASSERT_EQUAL(0UL, asked("GET", "/admin/status").headers.count("access-control-allow-origin"));
}

SPEC(WebAdministration, shows_the_models_that_a_worker_has_loaded) {
    assertSays(asked("GET", "/admin/models", "", "model").body, R"("name":"echo")");
}

SPEC(WebAdministration, reloads_and_the_session_goes_on) {
    const int before = manager.status()->getValue<int>("generation");
    const auto done = object(asked("POST", "/admin/reload", "{}"));
    CPPUNIT_ASSERT_EQUAL("done"s, done->getValue<std::string>("state"));
    CPPUNIT_ASSERT_EQUAL(before + 1, manager.status()->getValue<int>("generation"));
    CPPUNIT_ASSERT_EQUAL("ann"s,
                         object(asked("GET", "/admin/session"))->getObject("user")->getValue<std::string>("name"));
    assertSays(administer(manager.installation().configFile(), {"audit"}).output, "reload");
}

SPEC(WebAdministration, says_why_a_reload_was_refused) {
    std::ofstream(manager.installation().configFile(), std::ios::app) << "no.such.key = 1\n";
    const auto refused = object(asked("POST", "/admin/reload", "{}"));
    CPPUNIT_ASSERT_EQUAL("refused"s, refused->getValue<std::string>("state"));
    assertSays(asked("GET", "/admin/status").body, "no.such.key");
}

SPEC(WebAdministration, ends_the_right_and_the_session_from_the_command_line) {
    const std::string file = manager.installation().configFile();
    const auto list = administer(file, {"user", "list"});
    assertSays(list.output, "admin");
    assertCode(2, administer(file, {"user", "grant", "ann", "--admin", "--no-admin"}));
    assertCode(0, administer(file, {"user", "grant", "ann", "--no-admin"}));
    CPPUNIT_ASSERT_EQUAL(403, asked("GET", "/admin/users").status);
    assertCode(0, administer(file, {"user", "rotate", "ann"}));
    CPPUNIT_ASSERT_EQUAL(401, asked("GET", "/admin/users").status);
}

// More than its backlog takes, and than the worker has threads.
SPEC(WebAdministration, keeps_its_threads_while_the_manager_hangs) {
    manager.newUser("ben");
    {
        const Stopped stopped(manager.process());
        std::list<FastcgiClient> browsers;
        for (int i = 0; i < 50; ++i)
            browsers.emplace_back(manager.socket("auth")).send(request("GET", "/admin/status"));
        CPPUNIT_ASSERT(!manager.newUser("ben").empty());  // lets him in again
        for (FastcgiClient& browser : browsers) {
            const FastcgiAnswer answer = browser.read();
            CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 503, answer.status);
            assertSays(answer.body, "busy");
        }
    }
    ASSERT_EVENTUALLY(asked("GET", "/admin/status").status == 200);
}
