// One call of a plugin as a worker makes it: behind the gate, watched, a stream followed to its end, all by the code of
// host/ and call/. Only the client is another: it is told each piece of the answer, and may be slow or leave.
#pragma once

#include "api/speech_writer.h"
#include "call/collect_reply.h"
#include "call/following.h"
#include "call/stream_reply.h"
#include "call/vector_reply.h"
#include "config/config.h"
#include "kit/question.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace aiproject {

// What belongs to the client. Called by the thread of the call.
class TriedClient {
public:
    virtual ~TriedClient() = default;
    virtual void text(std::string_view /*piece*/) {}
    virtual void thought(std::string_view /*piece*/) {}
    virtual void toolCall(const ToolPiece& /*piece*/) {}
    virtual void bytes(std::string_view /*piece*/) {}
    // What was told is sent. It may block, as for a client that reads slowly. False: the client has left.
    virtual bool read() { return true; }
    // A function of the plugin is called now: "generate()".
    virtual void doing(const char* /*function*/) {}
};

struct TryLimits {
    Timeouts timeouts;
    std::uint64_t answerBytes = 1024ULL * 1024;

    static TryLimits of(const Config& config);
};

struct TriedResult {
    ModelStatus returned = ModelStatus::failed;  // by the plugin
    ModelStatus status = ModelStatus::failed;    // as the host has it
    Stop stop = Stop::none;
    CallReport report;
    CallTimes times;
    bool isFollowed = false;
    bool wasRefused = false;                    // a function of IReply has answered that nobody takes more
    std::uint64_t refusedPieces = 0;            // offered after that, in generate()
    bool isBehindLast = false;                  // generate() has offered something after Seen::last
    bool sharesDescriptor = false;              // its stream had that of another one, which was still there
    std::chrono::milliseconds longestSleep{0};  // of one advance()
    WholeAnswer answer;                         // of a recording
    std::vector<std::vector<float>> vectors;    // of embeddings
};

// Of voice, collects the answer where the times of its parts are wanted, else passes it on as it comes.
enum class VoiceAnswer { asItComes, withTimes };

class TriedCall {
public:
    // All outlive it. `late`: who hears of a reply that is used after its call.
    TriedCall(CallWatch& watch, const TriedQuestion& question, const TryLimits& limits, TriedClient& client,
              LateUse* late = nullptr, VoiceAnswer voice = VoiceAnswer::asItComes);
    ~TriedCall();
    TriedCall(const TriedCall&) = delete;
    TriedCall& operator=(const TriedCall&) = delete;

    TriedResult run(IModel& model);
    // From any thread: the client closes its connection; the host ends the call.
    void leave() const;
    // Until the call is ended, which a client that leaves does soon. The thread that runs it, before that.
    void waitForEnd() { call_.wait(std::chrono::seconds(10)); }
    void end(Stop reason) { call_.end(reason); }

private:
    class Writer;

    ModelStatus ask(IModel& model, const ModelRequest& request, CallReply& reply, TriedResult& result);
    Step advance(Following& following, TriedResult& result) const;
    CallReply& replyFor(Kind kind);

    struct Sink final : FrameSink {
        explicit Sink(TriedClient& its) : client(its) {}
        void put(std::string_view bytes) override { client.bytes(bytes); }  // only speech puts anything
        bool flush() override {
            const auto begin = std::chrono::steady_clock::now();
            const bool isRead = client.read();
            blocked += std::chrono::steady_clock::now() - begin;
            return isRead;
        }

        TriedClient& client;
        std::chrono::steady_clock::duration blocked{};  // by the client, in all
    };

    const TriedQuestion& question_;
    const TryLimits limits_;
    TriedClient& client_;
    LateUse* const late_;
    const VoiceAnswer voice_;
    std::array<int, 2> connection_;
    Sink sink_;
    std::unique_ptr<AnswerWriter> writer_;
    SpeechWriter speechWriter_{sink_};
    StreamReply stream_, speech_;
    CollectReply collected_;
    VectorReply vectors_;
    CallTimes times_;
    CallWatch::Call call_;
};

}  // namespace aiproject
