// A worker serves for ever: what one call leaves behind, a hundred thousand show.
#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/manager_under_test.h"
#include "support/model_settings.h"
#include "support/process_view.h"
#include "support/spec.h"

#include <Poco/JSON/Array.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <map>
#include <mutex>
#include <thread>

using namespace aiproject;
using namespace aiproject::test;

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kAtOnce = 32;
constexpr int kTries = 10;  // of a call that is refused as busy

// All of them would take hours where the machine is at work for many others.
int callsInAll() {
    constexpr int all = 100'000, busy = 8;
    const char* const said = std::getenv("AIPROJECT_SOAK_CALLS");
    if (said) return std::stoi(said);
    if (timeFactor() < busy) return all;
    std::cout << "a tenth of the calls only: this machine takes " << timeFactor() << " times as long as an idle one\n";
    return all / 10;
}

// Which of its errands a client is at: the number of the call decides.
struct Call {
    FastcgiRequest request;
    std::string expected;  // in the answer; empty: the client leaves before there is one
};

struct Size {
    long resident;  // KiB
    std::size_t descriptors;
};
using Sizes = std::map<pid_t, Size>;

struct Soak : CppUnit::TestCase {
    upstream::Simulator simulator;
    ManagerUnderTest manager{settings()};
    const std::string uuid = manager.newUser("alice");
    std::mutex mutex;
    std::vector<std::string> unanswered;  // guarded by mutex

    Settings settings() const {
        Settings all = settingsForAll(simulator);
        all["pool.model.processes"] = "2";
        // What a worker makes on demand and keeps, it shall have made in the first half: threads, sessions, their
        // caches.
        all["pool.model.threads"] = std::to_string(kAtOnce / 2 + 4);
        all["pool.model.queue_ms"] = "60000";
        all["database.sessions"] = "4";
        all["auth.new_tokens"] = "1000000000";  // so that calls are charged
        all["log.level"] = "warning";
        return all;
    }

    Call refusalOf(int number) const {
        switch (number % 3) {
            case 0: return {jsonRequest("/textModel/chat", "not json"), "APP_QUERY_METHOD_ERROR"};
            case 1: return {jsonRequest("/textModel/chat", textBody(uuid, "bob", "hi")), "USER_NOT_FOUND"};
            default: return {jsonRequest("/nowhere", "{}"), "APP_NOT_FOUND_ERROR"};
        }
    }

    Call callOf(int number) const {
        const std::string body = textBody(uuid, "alice", "the question of call " + std::to_string(number));
        if (number % 50 == 7) return refusalOf(number / 50);
        if (number % 50 == 23) return {jsonRequest("/models/echo/stream", body), ""};
        if (number % 10 == 0) return {jsonRequest("/models/spark_chat/stream", body), R"("status":2)"};
        if (number % 2 == 0) return {jsonRequest("/models/echo/chat", body), "call " + std::to_string(number)};
        return {jsonRequest("/models/echo/stream", body), R"("status":2)"};
    }

    void carryOut(const Call& call) {
        const std::string wrong = faultOf(call);
        if (wrong.empty()) return;
        const std::lock_guard lock(mutex);
        unanswered.push_back(call.request.path + ": " + wrong);
    }
    // Empty: it ended as it should.
    std::string faultOf(const Call& call) const try {
        for (int tries = 1;; ++tries) {
            FastcgiClient client(manager.socket("model"));
            client.send(call.request);
            if (call.expected.empty()) return {};
            const FastcgiAnswer answer = client.read();
            const auto has = [&](const std::string& part) { return answer.body.find(part) != std::string::npos; };
            if (answer.complete && has(call.expected)) return {};
            // A starved machine may refuse a call for now, and says when to come back.
            if (tries == kTries || !has("\"code\":\"MODEL_BUSY\"") || !has("\"retry_after\":"))
                return "answered " + answer.body;
            std::this_thread::sleep_for(std::chrono::seconds(1));
        }
    } catch (const std::exception& e) {
        return e.what();
    }

    // Calls from..to, a fixed number of them at once.
    void makeCalls(int from, int to) {
        std::atomic<int> next{from};
        const auto attend = [&] {
            for (int number = next++; number < to; number = next++) carryOut(callOf(number));
        };
        JoiningThreads clients;
        for (int i = 0; i < kAtOnce; ++i) clients.add(attend);
        clients.join();
    }

    bool isIdle() const {
        const auto workers = manager.pool("model")->getArray("workers");
        for (unsigned i = 0; i < workers->size(); ++i)
            if (workers->getObject(i)->getValue<int>("busy") != 0) return false;
        return true;
    }

    // The sessions of its database are a worker's own: made on demand, and kept.
    Size sizeOf(pid_t pid) const {
        return {residentSize(pid), descriptorsOf(pid, {manager.installation().dir().file("accounts.db")}).size()};
    }

    // Of the workers and the manager.
    Sizes sizesWhenIdle() {
        ASSERT_EVENTUALLY(isIdle());
        Sizes all{{manager.process().pid(), sizeOf(manager.process().pid())}};
        for (const pid_t pid : manager.workers("model")) all[pid] = sizeOf(pid);
        return all;
    }

    static void print(int calls, Clock::time_point start, const Sizes& sizes) {
        const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
        std::cout << calls << " calls, " << int(calls / seconds) << " a second:";
        for (const auto& [pid, size] : sizes)
            std::cout << "  " << pid << " " << size.resident << " KiB " << size.descriptors << " descriptors";
        std::cout << std::endl;
    }

    // Twelve bytes a call are a leak. Of descriptors fewer are none: when the first were counted, the connection of a
    // call that had just ended may not have been closed.
    void assertSame(const Sizes& before, const Sizes& after) const {
        for (const auto& [pid, size] : before) {
            const auto now = after.find(pid);
            CPPUNIT_ASSERT_MESSAGE(std::to_string(pid) + " has ended", now != after.end());
            const pid_t process = pid;
            const std::size_t most = size.descriptors;
            ASSERT_EVENTUALLY(sizeOf(process).descriptors <= most);
            const std::string grown =
                std::to_string(size.resident) + " KiB became " + std::to_string(now->second.resident);
            CPPUNIT_ASSERT_MESSAGE(grown, now->second.resident * 100 <= size.resident * 103);
        }
    }
};

}  // namespace

SPEC(Soak, leaves_every_process_as_it_was) {
    const int all = callsInAll(), tenth = std::max(1, all / 10);
    const auto start = Clock::now();
    Sizes first, last;
    for (int done = 0; done < all;) {
        const int next = std::min(all, done + tenth);
        makeCalls(done, next);
        done = next;
        last = sizesWhenIdle();
        if (first.empty() && 2 * done >= all) first = last;
        print(done, start, last);
    }
    CPPUNIT_ASSERT_EQUAL_MESSAGE(unanswered.empty() ? "" : unanswered.front(), std::size_t(0), unanswered.size());
    CPPUNIT_ASSERT_EQUAL(first.size(), last.size());
    assertSame(first, last);
}
