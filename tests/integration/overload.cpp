// Three times as many clients as a pool has room for: what is too much is turned away soon, and what is served takes
// hardly longer than in a calm pool.
#include "support/joining_threads.h"
#include "support/manager_under_test.h"
#include "support/spec.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>

using namespace aiproject::test;

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kProcesses = 2, kThreads = 8, kRoom = kProcesses * kThreads;

using Times = std::vector<Clock::duration>;

struct Result {
    Times served, refused;            // how long each took
    std::vector<std::string> others;  // what was neither
};

// So many of a hundred took no longer. There must be some.
Clock::duration percentile(int percent, Times times) {
    const auto at = times.begin() + std::ptrdiff_t(times.size() * std::size_t(percent) / 100);
    std::nth_element(times.begin(), at, times.end());
    return *at;
}

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
        JoiningThreads threads;
        const auto attend = [&] {
            while (goesOn()) {
                const auto start = Clock::now();
                const FastcgiAnswer answer = aiproject::test::ask(manager.socket("model"), request);
                const std::lock_guard lock(mutex);
                take(answer, Clock::now() - start, result);
            }
        };
        for (int i = 0; i < clients; ++i) threads.add(attend);
        threads.join();  // throws when one could not ask at all
        return result;
    }

    static void take(const FastcgiAnswer& answer, Clock::duration time, Result& result) {
        const bool isServed = answer.body.find(R"("content":"answer")") != std::string::npos;
        const bool isRefused = answer.body.find(R"("code":"MODEL_BUSY")") != std::string::npos &&
                               answer.body.find(R"("retry_after":1)") != std::string::npos;
        if (!answer.complete || isServed == isRefused) result.others.push_back(answer.body);
        if (isServed) result.served.push_back(time);
        if (isRefused) result.refused.push_back(time);
    }
};

}  // namespace

// No wall-clock assertion: both runs are of this machine, this minute and the same length, and only ratios count. A
// machine that is slow or busy stretches both; a pool that lets what it cannot serve wait stretches the full one: to
// three times the calm one, for all that come back again. Refused is who has waited for queue_ms, an eighth of a call,
// and not half a call. What else the machine does may hit one of two runs, so there are three attempts at the ratios; a
// pool that lets clients wait fails in each. Nothing else may fail in any.
SPEC(Overload, costs_those_who_are_served_nothing) {
    const auto ratiosHold = [&] {
        constexpr int calls = 80;
        std::atomic<int> left{calls};
        const auto start = Clock::now();
        const Result calm = ask(kRoom / 2, [&] { return --left >= 0; });
        const auto end = Clock::now() + (Clock::now() - start);
        const Result full = ask(3 * kRoom, [&] { return Clock::now() < end; });

        for (const auto* others : {&calm.others, &full.others})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(others->empty() ? "" : others->front(), std::size_t(0), others->size());
        CPPUNIT_ASSERT(!full.refused.empty());
        if (calm.served.size() < calls) return false;  // it was not calm
        return full.served.size() >= calm.served.size() &&
               percentile(50, full.served) < 2 * percentile(50, calm.served) &&
               percentile(90, full.served) < 2 * percentile(90, calm.served) &&
               2 * percentile(90, full.refused) < percentile(50, calm.served);
    };
    CPPUNIT_ASSERT(ratiosHold() || ratiosHold() || ratiosHold());
}
