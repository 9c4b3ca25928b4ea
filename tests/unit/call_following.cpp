// A stream that a plugin had followed: its clocks, its faults, and what comes of it, without any plugin file.
#include "call/following.h"

#include "call/drive.h"
#include "support/joining_threads.h"
#include "unit/expect.h"
#include "unit/reply_fixture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

// Does what the test says; its descriptor is readable once something was sent to `theirs`.
class Played final : public IStream {
public:
    using Turn = std::function<Step(IReply&)>;

    Played(Turn turn, int& destroyed) : turn_(std::move(turn)), destroyed_(destroyed) {}

    int descriptor() const noexcept override { return number.value_or(pair.ours.get()); }
    Step advance(IReply& reply) noexcept override {
        ++turns;
        return turn_(reply);
    }
    ModelStatus status() const noexcept override { return ends; }
    void destroy() noexcept override { ++destroyed_; }

    SocketPair pair;
    std::optional<int> number;
    ModelStatus ends = ModelStatus::ok;
    int turns = 0;

private:
    const Turn turn_;
    int& destroyed_;
};

struct FollowedStream : Reply {
    Timeouts timeouts{20'000, 20'000, 20'000, 60'000};
    Model model;
    int destroyed = 0;
    int heard = 0;
    LateUse& late = LateUse::make([this] { ++heard; });

    ~FollowedStream() override { late.end(); }

    ModelStatus drive(Played& played, CallReply& reply) {
        Following following(played, "peer.example", model, reply, timeouts, &late);
        driveHere(following, call);
        return following.end();
    }
    ModelStatus drive(const Played::Turn& turn) {
        Played played(turn, destroyed);
        return drive(played, stream);
    }
    // Its fault, which failed the call.
    std::string faultOf(const Played::Turn& turn, const std::function<void(Played&)>& change = {}) {
        Played played(turn, destroyed);
        if (change) change(played);
        CPPUNIT_ASSERT_EQUAL(int(ModelStatus::failed), int(drive(played, stream)));
        CPPUNIT_ASSERT(stream.report().isGarbage);
        CPPUNIT_ASSERT_EQUAL(1, destroyed);
        return stream.report().explanation;
    }
};

SPEC(FollowedStream, is_advanced_at_once_and_flushed_once_for_each_advance) {
    int turn = 0;
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::ok), int(drive([&](IReply& reply) {
                             if (++turn > 2) return Step(Next::over);
                             CPPUNIT_ASSERT(reply.text("a") && reply.text("b"));
                             return Step(Next::again);
                         })));
    CPPUNIT_ASSERT_EQUAL(2, kept.flushes);
    CPPUNIT_ASSERT_EQUAL(std::size_t(4), kept.frames.size());
    CPPUNIT_ASSERT_EQUAL(1, destroyed);
}

SPEC(FollowedStream, is_advanced_when_its_descriptor_is_ready_and_when_its_time_has_come) {
    Played played(
        [&](IReply& reply) -> Step {
            if (played.turns == 1) return {Next::readable, 1};
            if (played.turns == 2) return Next::writable;
            if (played.turns == 3) CPPUNIT_ASSERT_EQUAL(ssize_t(1), write(played.pair.theirs.get(), "x", 1));
            if (played.turns == 3) return Next::readable;
            reply.text("done");
            return Next::over;
        },
        destroyed);
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::ok), int(drive(played, collect)));
    CPPUNIT_ASSERT_EQUAL("done"s, collect.text());
    CPPUNIT_ASSERT_EQUAL(4, played.turns);
}

SPEC(FollowedStream, ends_with_the_status_of_its_stream) {
    for (const ModelStatus status : {ModelStatus::busy, ModelStatus::stale, ModelStatus(99)}) {
        Played played([](IReply&) { return Step(Next::over); }, destroyed);
        played.ends = status;
        CPPUNIT_ASSERT_EQUAL(int(status), int(drive(played, stream)));
    }
    CPPUNIT_ASSERT_EQUAL(3, destroyed);
}

SPEC(FollowedStream, is_over_after_the_last_frame_whatever_its_stream_waits_for) {
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::ok), int(drive([](IReply& reply) {
                             CPPUNIT_ASSERT(reply.frame("spark", lastWith("{}")) == Seen::last);
                             return Step(Next::readable);
                         })));
    CPPUNIT_ASSERT(stream.report().hasLast);
}

SPEC(FollowedStream, takes_an_unknown_step_for_its_end) {
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::ok), int(drive([](IReply&) { return Step(Next(77)); })));
}

SPEC(FollowedStream, has_a_time_for_its_first_frame) {
    timeouts.firstFrameMs = 1;
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::stopped), int(drive([](IReply&) { return Step(Next::readable); })));
    CPPUNIT_ASSERT_EQUAL(int(Stop::guardExpired), int(call.stop()));
    CPPUNIT_ASSERT_EQUAL("no first frame from peer.example within 1 ms (timeout.first_frame_ms)"s,
                         stream.report().explanation);
}

SPEC(FollowedStream, has_a_time_for_each_frame_after_it) {
    timeouts.idleFrameMs = 1;
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::stopped), int(drive([this](IReply& reply) {
                             if (!stream.hasBegun()) reply.text("a");
                             return Step(Next::readable);
                         })));
    CPPUNIT_ASSERT_EQUAL("no further frame from peer.example within 1 ms (timeout.idle_frame_ms)"s,
                         stream.report().explanation);
}

SPEC(FollowedStream, starts_its_clock_anew_for_what_was_handed_on_and_stops_it_while_the_client_takes_nothing) {
    Played played(
        [&](IReply& reply) {
            if (played.turns == 1) reply.frame("spark", R"({"header":{"code":0}})");  // nothing for the client
            return Step(Next::readable);
        },
        destroyed);
    timeouts.firstFrameMs = 3'600'000;
    Following following(played, "peer", model, stream, timeouts, &late);
    const auto first = following.deadline();
    following.advance();
    const auto idle = following.deadline();
    CPPUNIT_ASSERT(idle < first);
    following.advance();
    CPPUNIT_ASSERT(idle == following.deadline());
    following.pause();
    CPPUNIT_ASSERT(following.deadline() == Following::Clock::time_point::max());
    std::this_thread::sleep_for(2ms);
    following.resume();
    CPPUNIT_ASSERT(following.deadline() >= idle + 2ms && following.deadline() < idle + 1h);
}

SPEC(FollowedStream, ends_when_the_client_takes_no_more) {
    kept.takes = 1;
    const ModelStatus status = drive([](IReply& reply) {
        reply.text("Hello ");
        return Step(Next::again);
    });
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::stopped), int(status));
    CPPUNIT_ASSERT_EQUAL(int(Stop::clientLeft), int(call.stop()));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(1), stream.report().frames);
}

SPEC(FollowedStream, ends_when_the_client_leaves_or_all_calls_end_or_its_user_may_no_longer_call) {
    const CallOwner owner{7, 1};
    for (int way = 0; way < 3; ++way) {
        SocketPair client;
        CallWatch::Call other(watch, client.ours.get(), 1h);
        other.belongTo(owner);
        stream.attach(other);
        Played played(
            [&](IReply&) {
                if (way == 0) client.theirs = {};
                if (way == 1) watch.revoke(owner);
                if (way == 2) watch.endAll();
                return Step(Next::readable);
            },
            destroyed);
        Following following(played, "peer", model, stream, timeouts, &late);
        driveHere(following, other);
        CPPUNIT_ASSERT_EQUAL(int(ModelStatus::stopped), int(following.end()));
        CPPUNIT_ASSERT_EQUAL(int(way == 0 ? Stop::clientLeft : Stop::totalExpired), int(other.stop()));
        CPPUNIT_ASSERT_EQUAL(way == 1, other.isRevoked());
        CPPUNIT_ASSERT_EQUAL(""s, stream.report().explanation);
    }
}

SPEC(FollowedStream, ends_when_its_total_time_is_over) {
    CallWatch::Call other(watch, -1, 1ms);
    stream.attach(other);
    Played played([](IReply&) { return Step(Next::readable); }, destroyed);
    Following following(played, "peer", model, stream, timeouts, &late);
    driveHere(following, other);
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::stopped), int(following.end()));
    CPPUNIT_ASSERT_EQUAL(int(Stop::totalExpired), int(other.stop()));
    CPPUNIT_ASSERT_EQUAL("the call was not over within 60000 ms (timeout.total_ms)"s, stream.report().explanation);
}

SPEC(FollowedStream, cannot_guard_and_is_never_kept_waiting) {
    const SocketPair upstream;
    drive([&](IReply& reply) {
        reply.guard(upstream.ours.get(), 1);
        CPPUNIT_ASSERT(reply.wait(3'600'000) == Stop::none);
        return Step(Next::over);
    });
    call.end(Stop::clientLeft);
    CPPUNIT_ASSERT(upstream.isOpen());
}

SPEC(FollowedStream, fails_for_a_descriptor_that_nobody_can_wait_for) {
    const auto idle = [](IReply&) { return Step(Next::readable); };
    assertSays(faultOf(idle, [](Played& played) { played.number = -1; }), "-1, is not open");
    for (const auto& [path, words] : {std::pair("/proc/self/exe", "is a file's, which cannot be waited for"),
                                      std::pair("/", "is a file's, which cannot be waited for"),
                                      std::pair("/dev/null", "is a device's, which cannot be waited for")}) {
        stream.attach(call);
        destroyed = 0;
        const FileDescriptor file(open(path, O_RDONLY | O_CLOEXEC));
        assertSays(faultOf(idle, [&, number = file.get()](Played& played) { played.number = number; }), words);
    }
}

SPEC(FollowedStream, may_wait_for_a_device_that_can_be_waited_for) {
    const FileDescriptor terminal(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    CPPUNIT_ASSERT(terminal);
    Played played([](IReply&) { return Step(Next::over); }, destroyed);
    played.number = terminal.get();
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::ok), int(drive(played, stream)));
    CPPUNIT_ASSERT(!stream.report().isGarbage);
}

SPEC(FollowedStream, fails_when_it_closes_its_descriptor) {
    Played* stream_ = nullptr;
    assertSays(faultOf(
                   [&](IReply&) {
                       stream_->pair.close();
                       return Step(Next::readable);
                   },
                   [&](Played& played) {
                       played.number = played.pair.ours.get();
                       stream_ = &played;
                   }),
               "has closed its descriptor");
}

SPEC(FollowedStream, fails_when_it_spins) {
    assertSays(faultOf([](IReply&) { return Step(Next::again); }), "was read 50000 times and handed nothing on");
}

SPEC(FollowedStream, fails_when_it_follows_another_stream_from_within) {
    Played other([](IReply&) { return Step(Next::over); }, destroyed);
    Played played(
        [&](IReply& reply) {
            reply.follow(other, "another");
            return Step(Next::readable);
        },
        destroyed);
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::failed), int(drive(played, stream)));
    assertSays(stream.report().explanation, "another stream from advance()");
    CPPUNIT_ASSERT_EQUAL(2, destroyed);
}

SPEC(FollowedStream, fails_when_its_reply_is_used_from_another_thread) {
    assertSays(faultOf([](IReply& reply) {
                   std::thread([&] { CPPUNIT_ASSERT(!reply.text("by a helper")); }).join();
                   return Step(Next::readable);
               }),
               "from another thread");
    CPPUNIT_ASSERT(kept.frames.empty());
    CPPUNIT_ASSERT_EQUAL(0, heard);
}

SPEC(FollowedStream, fails_when_its_reply_is_used_between_two_advances) {
    IReply* gate = nullptr;
    Played played(
        [&](IReply& reply) {
            gate = &reply;
            return Step(Next::readable);
        },
        destroyed);
    Following following(played, "peer", model, stream, timeouts, &late);
    following.advance();
    CPPUNIT_ASSERT(!gate->text("meanwhile"));
    CPPUNIT_ASSERT(following.advance().next == Next::over);
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::failed), int(following.end()));
    assertSays(stream.report().explanation, "outside of advance()");
    CPPUNIT_ASSERT(kept.frames.empty() && heard == 0);
}

SPEC(FollowedStream, has_a_reply_that_reaches_nothing_after_its_end_and_says_so_once) {
    IReply* gate = nullptr;
    drive([&](IReply& reply) {
        gate = &reply;
        return Step(Next::over);
    });
    CPPUNIT_ASSERT(!gate->text("late") && gate->frame("spark", frameSaying("late")) == Seen::over);
    CPPUNIT_ASSERT(kept.frames.empty());
    CPPUNIT_ASSERT_EQUAL(1, heard);
}

SPEC(FollowedStream, fails_when_its_stream_ends_as_streaming) {
    Played played([](IReply&) { return Step(Next::over); }, destroyed);
    played.ends = ModelStatus::streaming;
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::failed), int(drive(played, stream)));
    CPPUNIT_ASSERT(stream.report().isGarbage);
}

}  // namespace
