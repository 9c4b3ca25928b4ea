// A streamed answer as an object, which has one owner at a time:
//
//   opened    a thread of the worker: permit, reservation, model, connection, question. A model that blocks is answered
//             to its end there.
//   followed  the event loop, when the model has handed over a stream: frames in, frames out, the times, the client. A
//             stream that fails before the client got anything goes back to a thread, where the next attempt is opened.
//   settled   the committer, until the bill is on disk
//   ended     the loop: last frame, end of the request, line in the log, and what the client has not taken yet
//
// From outside only CallWatch's revoke() and endAll() reach it, as work for the loop.
#pragma once

#include "api/dialect.h"
#include "call/client_call.h"
#include "call/followed_calls.h"
#include "call/stream_reply.h"
#include "call/stream_sink.h"

#include <memory>
#include <optional>

namespace aiproject {

class StreamedCall : public std::enable_shared_from_this<StreamedCall> {
public:
    // Takes permit and reservation; throws Error. The exchange stays the caller's until follow(). What is borrowed
    // outlives the worker's calls.
    StreamedCall(const CallServices& services, FollowedCalls& followed, Exchange& exchange, const CallToBill& bill,
                 Asker asker, Question question);
    ~StreamedCall();
    StreamedCall(const StreamedCall&) = delete;
    StreamedCall& operator=(const StreamedCall&) = delete;

    // Opens it in this thread. True: it is followed from now on, by follow(). Else it was answered to its end, but for
    // the end of the request. Throws Error, after the last frame if one was due.
    bool ask(RequestRecord& record);
    // Gives it to the loop, which ends the request.
    void follow(ClientRequest request, EndRequest end);

private:
    using Clock = EventLoop::Clock;

    // What the loop waits for, for this call: its upstream with all times, and its client.
    struct Upstream final : EventLoop::Watcher {
        Upstream(StreamedCall& itsCall, EventLoop& loop) : Watcher(loop), call(itsCall) {}
        using Watcher::leaveLoop;
        using Watcher::unwatch;
        using Watcher::wakeAt;
        using Watcher::watch;
        void isReady(std::uint32_t /*events*/) override {
            call.inLoop([this] { call.advance(); });
        }
        void isDue() override {
            call.inLoop([this] { call.timeHasCome(); });
        }

        StreamedCall& call;
    };
    struct Client final : EventLoop::Watcher {
        Client(StreamedCall& itsCall, EventLoop& loop) : Watcher(loop), call(itsCall) {}
        using Watcher::leaveLoop;
        using Watcher::unwatch;
        using Watcher::wakeAt;
        using Watcher::watch;
        void isReady(std::uint32_t events) override {
            call.inLoop([this, events] { call.clientIsReady(events); });
        }
        void isDue() override { call.close(); }  // it did not take the rest in time

        StreamedCall& call;
    };
    enum class State { opened, followed, settled, ended };
    struct Ending {
        Outcome outcome;
        std::optional<Error> error;  // none: the answer is complete
    };

    // Does a step of it, which must not end the loop.
    template <class Step>
    void inLoop(Step&& step) noexcept {
        try {
            step();
        } catch (...) {
            recover();
        }
    }
    // All of these in the loop's thread, but askAgain().
    void adopt();
    void advance();
    void await(const Step& step);
    void timeHasCome();
    void setTime();
    bool comment();
    void watchClient();
    void clientIsReady(std::uint32_t events);
    void clientLeft();
    void dropClient();
    void goOn();
    void hearEnd();
    void endStream();
    void askAgain();
    void settle(const Ending& ending);
    void finish();
    void close() noexcept;
    void recover() noexcept;

    std::optional<Ending> endingOf(Attempts::Progress (Attempts::*step)());
    void breakOff(const Error& error);
    Exchange& exchange() noexcept { return *request_.exchange; }
    CallWatch::Call& watched() noexcept { return call_.attempts().watched(); }

    FollowedCalls& followed_;
    std::optional<FollowedCalls::Place> place_;  // from follow() on; the last to go
    const bool outlivesClient_;                  // on_client_gone = drain
    StreamSink sink_;
    const std::unique_ptr<AnswerWriter> writer_;  // of the client's dialect
    StreamReply reply_;
    ClientCall call_;

    // From follow() on.
    ClientRequest request_;
    EndRequest end_;
    std::shared_ptr<StreamedCall> self_;
    State state_ = State::opened;
    Upstream upstream_;
    Client client_;
    bool isPaused_ = false;               // the upstream is not read until the client has taken more
    Clock::time_point turnAt_;            // when the stream wants to be called at the latest
    Clock::time_point clientUntil_;       // when it must have taken something of what waits for it
    std::size_t unsent_ = 0;              // when that was set
    std::unique_ptr<const Error> error_;  // null: the answer is complete
};

}  // namespace aiproject
