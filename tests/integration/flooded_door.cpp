// One network registers as fast as it can, from ever new addresses of its own; the others go in and out as if it were
// not there.
#include "support/joining_threads.h"
#include "support/manager_under_test.h"
#include "support/spec.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <vector>

using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct FloodedDoor : CppUnit::TestCase {
    static constexpr int kFlooding = 8;  // clients at once, twice as many as there are threads
    ManagerUnderTest manager{
        Settings{{"pool.auth.threads", "4"},
                 {"pool.auth.nice", "0"},
                 {"pool.auth.queue_ms", atOurPace(10s, 60s)},  // for a thread: what is slow is only the machine
                 {"pool.model.processes", "1"}}};
    std::atomic<bool> isOver{false};
    std::atomic<int> registered{0}, refused{0}, next{0};
    std::mutex mutex;
    std::vector<std::string> others;  // what the flood was answered besides
    JoiningThreads threads;

    FastcgiAnswer post(const std::string& path, const std::string& json, const std::string& address) const {
        FastcgiRequest request = jsonRequest(path, json);
        request.parameters["REMOTE_ADDR"] = address;
        return ask(manager.socket("auth"), request);
    }
    // Of all the /64 networks in one /48: no count of one address stops it.
    void flood() {
        while (!isOver) {
            const std::string number = std::to_string(++next);
            const FastcgiAnswer answer =
                post("/auth/register", registration("name " + number, "a good password", "a@b.org"),
                     "2001:db8:1:" + number + "::1");
            const bool isBusy = answer.body.find("TOO_MANY_REQUESTS") != std::string::npos ||
                                answer.body.find("MODEL_BUSY") != std::string::npos;
            if (answer.body.find(R"("code":0)") != std::string::npos) {
                ++registered;
            } else if (isBusy && answer.body.find("retry_after") != std::string::npos) {
                ++refused;
            } else {
                const std::lock_guard lock(mutex);
                others.push_back(answer.body);
            }
        }
    }
    ~FloodedDoor() override { isOver = true; }
};

}  // namespace

SPEC(FloodedDoor, is_open_to_the_other_networks) {
    const std::string uuid = manager.newUser("alice"), home = "198.51.100.7";
    const std::string credential = R"({"uuid":")" + uuid + R"(","username":"alice"})";
    for (int i = 0; i < kFlooding; ++i) threads.add([this] { flood(); });
    ASSERT_EVENTUALLY(refused > kFlooding);  // the queue is full
    for (int i = 0; i < 6; ++i) {
        const FastcgiAnswer login = post("/auth/login", registration("alice", "a good password", ""), home);
        CPPUNIT_ASSERT_MESSAGE(login.body, login.body.find(uuid) != std::string::npos);
        for (int j = 0; j < 4; ++j) {
            const FastcgiAnswer me = post("/auth/me", credential, home);
            CPPUNIT_ASSERT_MESSAGE(me.body, me.body.find(R"("code":0)") != std::string::npos);
        }
    }
    const FastcgiAnswer newcomer = post("/auth/register", registration("ben", "a good password", "a@b.org"), home);
    CPPUNIT_ASSERT_MESSAGE(newcomer.body, newcomer.body.find(R"("code":0)") != std::string::npos);
    isOver = true;
    threads.join();
    CPPUNIT_ASSERT_MESSAGE(others.empty() ? "" : others.front(), others.empty());
}

SPEC(FloodedDoor, counts_the_registrations_of_an_address_in_all_workers) {
    int made = 0;
    FastcgiAnswer answer;
    for (; made <= 20; ++made) {
        const std::string pool = made % 2 == 0 ? "auth" : "model";
        FastcgiRequest request =
            jsonRequest("/auth/register", registration("n" + std::to_string(made), "a good password", "a@b.org"));
        request.parameters["REMOTE_ADDR"] = "192.0.2.9";
        answer = ask(manager.socket(pool), request);
        CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.find(R"("code":0)") != std::string::npos);
    }
    // The pause after them lasts a second, and each one more is twice as long: some of a burst must meet one.
    ASSERT_EVENTUALLY([&] {
        const FastcgiAnswer next = post(
            "/auth/register", registration("m" + std::to_string(++made), "a good password", "a@b.org"), "192.0.2.9");
        const bool isSlowed = next.body.find("too many registrations") != std::string::npos &&
                              next.body.find("retry_after") != std::string::npos;
        return isSlowed;
    }());
    const FastcgiAnswer elsewhere =
        post("/auth/register", registration("zoe", "a good password", "a@b.org"), "192.0.2.10");
    CPPUNIT_ASSERT_MESSAGE(elsewhere.body, elsewhere.body.find(R"("code":0)") != std::string::npos);
}
