// The event loop: descriptors, times and posted work in one thread.
#include "base/event_loop.h"

#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/spec.h"
#include "unit/host_fixture.h"

#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

struct Heard final : EventLoop::Watcher {
    using Watcher::loop;
    using Watcher::unwatch;
    using Watcher::wakeAt;
    using Watcher::watch;
    using Watcher::Watcher;
    void isReady(std::uint32_t events) override { onReady(events); }
    void isDue() override { onDue(); }

    std::function<void(std::uint32_t)> onReady = [](std::uint32_t) {};
    std::function<void()> onDue = [] {};
};

struct Loop : CppUnit::TestCase {
    EventLoop loop;
    SocketPair pair, other;

    static void say(const SocketPair& pair) { CPPUNIT_ASSERT_EQUAL(ssize_t(1), ::send(pair.theirs.get(), "x", 1, 0)); }
};

SPEC(Loop, does_what_is_posted_in_order_and_in_its_own_thread) {
    std::vector<int> done;
    bool isHere = false;
    for (int i = 0; i < 100; ++i) loop.post([&, i] { done.push_back(i); });
    loop.perform([&] { isHere = loop.isThisThread(); });
    CPPUNIT_ASSERT(isHere && !loop.isThisThread());
    CPPUNIT_ASSERT_EQUAL(std::size_t(100), done.size());
    for (int i = 0; i < 100; ++i) CPPUNIT_ASSERT_EQUAL(i, done.at(std::size_t(i)));
}

SPEC(Loop, does_what_many_threads_post_and_what_was_posted_before_its_end) {
    std::atomic<int> done{0};
    {
        EventLoop ending;
        JoiningThreads threads;
        for (int i = 0; i < 4; ++i)
            threads.add([&] {
                for (int n = 0; n < 1'000; ++n) ending.post([&] { ++done; });
            });
        threads.join();
    }
    CPPUNIT_ASSERT_EQUAL(4'000, done.load());
}

SPEC(Loop, tells_what_is_readable_again_until_it_was_read) {
    std::atomic<int> told{0};
    Heard heard(loop);
    heard.onReady = [&](std::uint32_t) {
        char byte = 0;
        if (++told == 3) CPPUNIT_ASSERT_EQUAL(ssize_t(1), ::recv(pair.ours.get(), &byte, 1, 0));
    };
    CPPUNIT_ASSERT(heard.watch(pair.ours.get(), EPOLLIN));
    say(pair);
    ASSERT_EVENTUALLY(told == 3);
    loop.perform([&] { heard.unwatch(); });
    CPPUNIT_ASSERT_EQUAL(3, told.load());
}

SPEC(Loop, tells_nothing_to_one_that_another_has_destroyed_in_the_same_turn) {
    std::atomic<int> told{0};
    auto one = std::make_unique<Heard>(loop), two = std::make_unique<Heard>(loop);
    const auto destroyBoth = [&] {
        ++told;
        one.reset();
        two.reset();
    };
    // By a copy: it destroys the function that it is called from.
    const auto first = [&destroyBoth](std::uint32_t) {
        const auto& destroy = destroyBoth;
        destroy();
    };
    loop.perform([&] {
        one->onReady = two->onReady = first;
        CPPUNIT_ASSERT(one->watch(pair.ours.get(), EPOLLIN) && two->watch(other.ours.get(), EPOLLIN));
        say(pair);
        say(other);
    });
    ASSERT_EVENTUALLY(told > 0);
    loop.perform([] {});
    CPPUNIT_ASSERT_EQUAL(1, told.load());
}

SPEC(Loop, keeps_the_times_of_its_watchers_in_their_order) {
    std::vector<int> due;
    std::atomic<int> count{0};
    Heard one(loop), two(loop), three(loop);
    const auto say = [&](int number) {
        return [&, number] {
            due.push_back(number);
            ++count;
        };
    };
    one.onDue = say(1), two.onDue = say(2), three.onDue = say(3);
    loop.perform([&] {
        const auto now = loop.now();
        three.wakeAt(now + 3ms);
        one.wakeAt(now);  // put off
        one.wakeAt(now + 2ms);
        two.wakeAt(now + 1h);  // brought forward
        two.wakeAt(now + 1ms);
    });
    ASSERT_EVENTUALLY(count == 3);
    loop.perform([] {});
    CPPUNIT_ASSERT((due == std::vector<int>{2, 1, 3}));
}

SPEC(Loop, forgets_a_time_that_was_taken_back) {
    bool isDue = false;
    std::atomic<bool> isLater{false};
    Heard never(loop), later(loop);
    never.onDue = [&] { isDue = true; };
    later.onDue = [&] { isLater = true; };
    loop.perform([&] {
        never.wakeAt(loop.now() + 1ms);
        never.wakeAt(EventLoop::Clock::time_point::max());
        later.wakeAt(loop.now() + 5ms);
    });
    ASSERT_EVENTUALLY(isLater.load());
    loop.perform([] {});
    CPPUNIT_ASSERT(!isDue);
}

SPEC(Loop, says_which_descriptor_cannot_be_waited_for) {
    Heard one(loop), two(loop);
    loop.perform([&] {
        CPPUNIT_ASSERT(!one.watch(-1, EPOLLIN));
        CPPUNIT_ASSERT(one.watch(pair.ours.get(), EPOLLIN));
        CPPUNIT_ASSERT(!two.watch(pair.ours.get(), EPOLLIN));
        CPPUNIT_ASSERT_EQUAL(EEXIST, errno);
        CPPUNIT_ASSERT(one.watch(pair.ours.get(), EPOLLIN | EPOLLOUT));
        one.unwatch();
        CPPUNIT_ASSERT(two.watch(pair.ours.get(), EPOLLIN));
        two.unwatch();
    });
}

}  // namespace
