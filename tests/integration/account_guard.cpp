// Two workers on one database: what one of them has seen of an account counts at the other at once.
#include "support/manager_under_test.h"
#include "support/spec.h"

#include <sqlite3.h>

#include <string>

using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct AccountGuard : CppUnit::TestCase {
    // Any worker serves every path; the pools are two so that a test can choose between their workers.
    ManagerUnderTest manager{Settings{{"pool.model.processes", "1"}, {"pool.auth.nice", "0"}}};

    FastcgiAnswer post(const std::string& pool, const std::string& path, const std::string& json,
                       const std::string& address = "192.0.2.1") const {
        FastcgiRequest request = jsonRequest(path, json);
        request.parameters["REMOTE_ADDR"] = address;
        return ask(manager.socket(pool), request);
    }
    FastcgiAnswer login(const std::string& pool, const std::string& password, const std::string& address) const {
        return post(pool, "/auth/login", registration("alice", password, ""), address);
    }
    // A pause that has begun lasts some 29 s from now on: refusals cost no hash, so no machine is too slow for two.
    void stretchPauses() const {
        sqlite3* database = nullptr;
        const int opened = sqlite3_open(manager.installation().dir().file("accounts.db").c_str(), &database);
        sqlite3_busy_timeout(database, 30'000);  // housekeeping may write
        const int done = sqlite3_exec(database,
                                      "UPDATE login_attempts SET blocked_ms = CAST(strftime('%s', 'now') AS INTEGER)"
                                      " * 1000 + 29000 WHERE blocked_ms > last_ms",
                                      nullptr, nullptr, nullptr);
        sqlite3_close(database);
        CPPUNIT_ASSERT_EQUAL(SQLITE_OK, opened);
        CPPUNIT_ASSERT_EQUAL(SQLITE_OK, done);
    }
    static void assertSays(const FastcgiAnswer& answer, const std::string& word) {
        CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.find(word) != std::string::npos);
    }
};

std::string credential(const std::string& uuid) { return R"({"uuid":")" + uuid + R"(","username":"alice"})"; }

std::string uuidIn(const FastcgiAnswer& answer) {
    const std::string begin = R"("uuid":")";
    const auto at = answer.body.find(begin);
    CPPUNIT_ASSERT_MESSAGE(answer.body, at != std::string::npos);
    return answer.body.substr(at + begin.size(), 36);
}

SPEC(AccountGuard, slows_at_one_worker_who_failed_at_the_other) {
    manager.newUser("alice");
    const std::string stranger = "198.51.100.7";
    for (const std::string& pool : {"auth"s, "model"s, "auth"s, "model"s})
        assertSays(login(pool, "wrong horse", stranger), "LOGIN_ERROR");
    stretchPauses();
    for (const std::string& pool : {"auth"s, "model"s}) {
        const FastcgiAnswer answer = login(pool, "a good password", stranger);
        assertSays(answer, "TOO_MANY_REQUESTS");
        assertSays(answer, "retry_after");
    }
    for (const std::string& pool : {"auth"s, "model"s})
        uuidIn(login(pool, "a good password", "192.0.2.1"));  // from where she came in before
}

SPEC(AccountGuard, refuses_everywhere_a_uuid_that_was_rotated_at_one_worker) {
    const std::string old = manager.newUser("alice");
    assertSays(post("model", "/auth/me", credential(old)), R"("code":0)");
    const std::string uuid = uuidIn(post("auth", "/auth/rotate", credential(old)));
    for (const std::string& pool : {"auth"s, "model"s}) {
        const FastcgiAnswer refused = post(pool, "/auth/me", credential(old));
        CPPUNIT_ASSERT_EQUAL(401, refused.status);
        assertSays(refused, "USER_NOT_FOUND");
        assertSays(post(pool, "/auth/me", credential(uuid)), R"("code":0)");
    }
    assertSays(post("model", "/textModel/chat", textBody(old, "alice", "hi")), "USER_NOT_FOUND");
    assertSays(post("model", "/textModel/chat", textBody(uuid, "alice", "hi")), R"("code":0)");
}

}  // namespace
