// One call of a plugin, as the worker has it: behind its gate, watched, its stream followed to its end on the calling
// thread, its client at the other end of a socket pair.
#pragma once

#include "api/documented.h"
#include "api/speech_writer.h"
#include "call/collect_reply.h"
#include "call/drive.h"
#include "call/following.h"
#include "call/outcome.h"
#include "call/stream_reply.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace aiproject::test {

class ClientConnection {
public:
    ClientConnection() {
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data()) != 0)
            throw std::runtime_error("socketpair failed");
    }
    ~ClientConnection() {
        for (const int end : ends_) ::close(end);
    }
    ClientConnection(const ClientConnection&) = delete;
    ClientConnection& operator=(const ClientConnection&) = delete;

    int workersEnd() const { return ends_[0]; }
    void leave() const { ::shutdown(ends_[1], SHUT_RDWR); }

private:
    std::array<int, 2> ends_{};
};

struct Outcome {
    ModelStatus status = ModelStatus::failed;
    std::vector<std::string> frames;  // that a client of a stream gets, the last one included
    std::string text;                 // in one piece, for a recording
    Usage usage;
    std::string upstreamId, explanation, advice;
};

// All but leave(), delivered() and takeNoMore() belongs to the plugin's thread.
class HostedCall {
public:
    HostedCall(CallWatch& watch, const Timeouts& timeouts)
        : timeouts_(timeouts),
          call_(watch, client_.workersEnd(), std::chrono::milliseconds(timeouts.totalMs)),
          connectUntil_(Clock::now() + std::chrono::milliseconds(timeouts.connectMs)) {}

    void leave() const { client_.leave(); }
    int delivered() const { return sink_.delivered; }  // frames
    void takeNoMore() { sink_.isFull = true; }

    const Outcome& run(IModel& model, ModelRequest& request) {
        StreamReply& stream = request.kind == Kind::speech ? speech_ : stream_;
        CallReply& reply = request.kind == Kind::voice ? static_cast<CallReply&>(collect_) : stream;
        reply.attach(call_);
        ModelStatus status = ask(model, request, reply);
        if (wasAskedInVain(status, reply, connectUntil_)) {
            reply.startAnew(call_);
            request.freshConnection = 1;
            status = ask(model, request, reply);
        }
        outcome.status = finalStatus(status, call_.stop(), reply.report());
        if (outcome.status == ModelStatus::ok && request.kind != Kind::voice) stream.finish();
        outcome.frames = sink_.frames;
        outcome.text = collect_.text();
        outcome.usage = reply.report().usage;
        outcome.upstreamId = reply.report().upstreamId;
        outcome.explanation = reply.report().explanation;
        if (outcome.explanation.empty() && outcome.status != ModelStatus::ok)
            outcome.explanation = reasonOf(call_.stop(), reply.report());
        outcome.advice = reply.report().advice;
        reply.detach();
        return outcome;
    }

    Outcome outcome;

private:
    using Clock = std::chrono::steady_clock;

    struct Sink final : FrameSink {
        void put(std::string_view frame) override {
            frames.emplace_back(frame);
            ++delivered;
        }
        bool flush() override { return !isFull; }

        std::vector<std::string> frames;
        std::atomic<int> delivered{0};
        std::atomic<bool> isFull{false};
    };

    ModelStatus ask(IModel& model, const ModelRequest& request, CallReply& reply) {
        const Generated generated = generateBehindGate(model, request, reply);
        call_.guard(-1, {});
        if (generated.breach) reply.blame(generated.breach);
        const std::vector<IStream*> streams = reply.takeStreams();
        if (generated.status != ModelStatus::streaming || streams.size() != 1) return generated.status;
        Following following(*streams.front(), reply.peer(), model_, reply, timeouts_, nullptr);
        driveHere(following, call_);
        return following.end();
    }

    const Timeouts timeouts_;
    const Model model_{};
    ClientConnection client_;
    Sink sink_;
    DocumentedWriter writer_{sink_};
    SpeechWriter speechWriter_{sink_};
    StreamReply stream_{sink_, writer_, "request-1"}, speech_{sink_, speechWriter_, "request-1"};
    CollectReply collect_{1'000'000};
    CallWatch::Call call_;
    const Clock::time_point connectUntil_;
};

}  // namespace aiproject::test
