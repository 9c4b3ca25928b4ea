// Three times as many clients as a pool has room for: what is too much is turned away at once, and what is served
// is served as if the rest were not there.
#include "support/eventually.h"
#include "support/manager_under_test.h"
#include "support/spec.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>

using namespace aiproject::test;

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kProcesses = 2, kThreads = 8, kRoom = kProcesses * kThreads;

struct Result {
    std::vector<Clock::duration> served;  // how long each took
    int refused = 0;
    std::vector<std::string> others;  // what was neither

    Clock::duration median() {
        const auto middle = served.begin() + std::ptrdiff_t(served.size() / 2);
        std::nth_element(served.begin(), middle, served.end());
        return *middle;
    }
};

struct Overload : CppUnit::TestCase {
    // A call takes as long as `hang` says, and costs next to nothing.
    ManagerUnderTest manager{Settings{{"plugins.dir", badPluginFolder()},
                                      {"model.slow.plugin", "scripted"},
                                      {"model.slow.script", "delta answer|hang 400"},
                                      {"route.text", "slow"},
                                      {"route.voice", ""},
                                      {"route.picture", ""},
                                      {"pool.model.processes", std::to_string(kProcesses)},
                                      {"pool.model.threads", std::to_string(kThreads)},
                                      {"pool.model.queue_ms", "50"}}};
    const FastcgiRequest request = jsonRequest("/textModel/chat", textBody(manager.newUser("alice"), "alice", "hi"));

    // So many clients ask again and again for as long as `goesOn`.
    Result ask(int clients, const std::function<bool()>& goesOn) const {
        Result result;
        std::mutex mutex;
        const auto attend = [&] {
            while (goesOn()) {
                const auto start = Clock::now();
                const FastcgiAnswer answer = aiproject::test::ask(manager.socket("model"), request);
                const std::lock_guard lock(mutex);
                take(answer, Clock::now() - start, result);
            }
        };
        std::vector<std::thread> threads(clients);
        for (auto& thread : threads) thread = std::thread(attend);
        for (auto& thread : threads) thread.join();
        return result;
    }

    static void take(const FastcgiAnswer& answer, Clock::duration time, Result& result) {
        const bool isServed = answer.body.find(R"("content":"answer")") != std::string::npos;
        const bool isRefused = answer.body.find(R"("code":"MODEL_BUSY")") != std::string::npos &&
                               answer.body.find(R"("retry_after":1)") != std::string::npos;
        if (!answer.complete || isServed == isRefused) result.others.push_back(answer.body);
        if (isServed) result.served.push_back(time);
        if (isRefused) ++result.refused;
    }
};

}  // namespace

// No wall-clock assertion: both runs are of this machine, this minute and the same length, and only their ratio counts.
// A machine that is slow or busy stretches both; a pool that lets what it cannot serve wait, or that spends itself on
// refusals, stretches one: with three times the load by a factor of three.
SPEC(Overload, costs_those_who_are_served_nothing) {
    constexpr int calls = 80;
    std::atomic<int> left{calls};
    const auto start = Clock::now();
    Result calm = ask(kRoom / 2, [&] { return --left >= 0; });
    const auto end = Clock::now() + (Clock::now() - start);
    Result full = ask(3 * kRoom, [&] { return Clock::now() < end; });

    CPPUNIT_ASSERT_EQUAL(std::size_t(calls), calm.served.size());
    CPPUNIT_ASSERT_EQUAL_MESSAGE(full.others.empty() ? "" : full.others.front(), std::size_t(0), full.others.size());
    CPPUNIT_ASSERT(full.refused > 0);
    CPPUNIT_ASSERT(full.served.size() >= calm.served.size());
    CPPUNIT_ASSERT(full.median() < 2 * calm.median());
}
