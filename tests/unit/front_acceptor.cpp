// What the first thread of a worker does with connections that no other thread or process takes.
#include "front/acceptor.h"

#include "front/listener.h"
#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/spec.h"
#include "unit/front_fixture.h"

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

constexpr int kMoreThanAFew = 12;

struct AcceptingThread : SharedListener {
    std::atomic<int> added{0}, asked{0};  // asked: whether it is full, which it does when it has joined
    Listener ours{socket.get()};
    std::atomic<bool> isTime{false};
    JoiningThreads thread;  // last: uses all else

    ~AcceptingThread() override { isTime = true; }

    Acceptor::Calls calls() {
        return {[this](const FileDescriptor&) { ++added; }, [this] { return ++asked, false; }, -1, [] { return true; },
                [] {}};
    }
    // Until that signal, which comes when it is time. In a thread of its own: what is blocked in it stays blocked.
    void start(int signal) {
        thread.add([this, signal] {
            const WorkerSignals signals;
            const pthread_t self = pthread_self();
            JoiningThreads others;
            others.add([&] {
                while (!isTime && !others.isOver()) std::this_thread::sleep_for(1ms);
                pthread_kill(self, signal);
            });
            if (isTime) others.join();  // the signal is there before it begins
            CPPUNIT_ASSERT_EQUAL(signal, Acceptor(ours, signals).run(calls()));
        });
    }
    std::vector<FileDescriptor> manyConnected() const {
        std::vector<FileDescriptor> clients;
        clients.reserve(kMoreThanAFew);
        for (int i = 0; i < kMoreThanAFew; ++i) clients.push_back(connected());
        return clients;
    }
};

SPEC(AcceptingThread, leaves_nothing_that_only_its_process_was_told_of) {
    const auto clients = manyConnected();
    isTime = true;
    start(SIGTERM);
    thread.join();
    CPPUNIT_ASSERT_EQUAL(kMoreThanAFew, added.load());
}

SPEC(AcceptingThread, takes_nothing_that_it_would_only_drop) {
    const auto clients = manyConnected();
    isTime = true;
    start(SIGQUIT);
    thread.join();
    CPPUNIT_ASSERT_EQUAL(0, added.load());
}

SPEC(AcceptingThread, wakes_another_for_what_a_process_was_woken_for_and_did_not_take) {
    Listener theirs(same.get());
    theirs.join();  // first in the line
    std::atomic<int> woken{0}, accepted{0};
    JoiningThreads waiters;
    waiters.add([&] {
        while (!waiters.isOver())
            if (theirs.wait(10ms)) ++woken;
    });
    start(SIGQUIT);
    waiters.add([&] {
        while (!waiters.isOver())
            if (ours.wait(10ms) && ours.accept()) ++accepted;
    });

    ASSERT_EVENTUALLY(asked > 0);
    std::vector<FileDescriptor> clients;
    ASSERT_EVENTUALLY((clients.push_back(connected()), woken > 0));
    ASSERT_EVENTUALLY(accepted == int(clients.size()));
    isTime = true;
    thread.join();
}

}  // namespace
