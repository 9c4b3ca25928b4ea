// Where a plugin's answer goes. What is the same for all clients is here: what the plugin tells besides the answer, one
// look at each frame, the stream that it hands over. Belongs to one thread at a time, that of its call.
#pragma once

#include "aiproject/imodel.h"
#include "api/frame_look.h"
#include "api/half_characters.h"
#include "api/tool_call_order.h"
#include "base/token_estimate.h"
#include "call/call_watch.h"
#include "call/spoken_time.h"
#include "observe/call_times.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aiproject {

// What a plugin told besides the answer.
struct CallReport {
    std::string model;              // the one that was asked last
    Usage usage;                    // what clients are told: never below 0
    std::optional<Usage> reported;  // as it was said, believable or not; none: nothing was
    SpokenTime spoken;              // of speech that was passed on
    TokenEstimate answer;           // of what was passed on, thoughts included
    Finish finish = Finish::stop;
    std::string upstreamId;
    std::string explanation;                  // for the log
    std::string advice;                       // for the client
    std::chrono::milliseconds retryAfter{0};  // the upstream's wish; 0: it has told none
    std::uint64_t frames = 0;
    bool hasLast = false;    // the upstream's last frame was taken: the answer is whole
    bool isCut = false;      // something the plugin wanted to answer was not taken
    bool isGarbage = false;  // the plugin broke the contract; explanation says how
};

class CallReply : public IReply {
public:
    virtual ~CallReply() = default;

    // Before and after each plugin that is tried.
    void attach(CallWatch::Call& call, const std::string& model = {});
    void detach() { call_ = nullptr; }
    // The same, where the plugin is asked once more since it had asked on a connection that was dead.
    void startAnew(CallWatch::Call& call);

    // Where the call's time is kept; null: nowhere. They are the owner's, who tells when they have moved.
    void timeIn(CallTimes* times) noexcept { times_ = times; }
    void enter(CallTimes::Phase phase) noexcept {
        if (times_) times_->enter(phase);
    }

    int attempts() const noexcept { return attempts_; }
    // Told of each attempt before its plugin is asked; none: nobody is.
    void onAttempt(std::function<void()> tell) { tell_ = std::move(tell); }
    // Told of the first piece of the answer, in each attempt anew; must not throw.
    void onFirst(std::function<void()> tell) { tellFirst_ = std::move(tell); }
    // The plugin broke the contract.
    void blame(const std::string& reason) noexcept;
    // The plugin says that its answer is whole; blames it where the answer cannot be.
    virtual void checkWhole() noexcept {}
    // Nothing more is taken. The first reason stays.
    void endCall(Stop reason) { call_->end(reason); }
    CallWatch::Call::Clock::time_point totalUntil() const noexcept { return call_->totalUntil(); }

    const CallReport& report() const noexcept { return report_; }
    // Something reached the client or the text: another plugin can no longer take over.
    bool hasBegun() const noexcept { return report_.frames > 0; }
    // Counts what the plugin has handed on, be it for the client or not: the upstream lives.
    std::uint64_t handedOn() const noexcept { return handedOn_; }

    // Those that follow() got since it was asked last; each must be destroyed.
    std::vector<IStream*> takeStreams() { return std::exchange(streams_, {}); }
    const std::string& peer() const noexcept { return peer_; }
    // From here on its stream answers: nothing waits for the client but flush(), and nothing for time.
    void beFollowed() noexcept { isFollowed_ = true; }
    // Sends what waits. False: the client has left.
    virtual bool flush() noexcept { return true; }
    // After the answer: what is billed, which clients are told instead of a count that is not believed, or missing.
    virtual void correctUsage(const Usage& billed) { usage(billed); }

    bool toolCall(const ToolPiece& piece) noexcept override;
    bool bytes(Text piece) noexcept override;
    bool vector(const float* values, std::uint64_t count) noexcept override;
    Seen frame(Text dialect, Text message) noexcept final;
    void finish(Finish reason) noexcept override;
    void usage(const Usage& usage) noexcept override;
    void spoken(const Spoken& /*part*/) noexcept override {}  // most clients cannot be shown it
    void upstreamId(Text id) noexcept override;
    void explain(Text reason) noexcept override;
    void advise(Text sentence) noexcept override;
    void retryAfter(std::uint32_t ms) noexcept override { report_.retryAfter = std::chrono::milliseconds(ms); }
    ModelStatus follow(IStream& stream, Text peer) noexcept override;
    void guard(int descriptor, std::uint32_t ms) noexcept override;
    Stop stop() noexcept override { return call_->stop(); }
    Stop wait(std::uint32_t ms) noexcept override;
    void enter(Stage stage) noexcept override;

protected:
    // A frame that is a piece of the answer, or the last one, with more to come or not. False: it was not taken.
    virtual bool take(std::string_view dialect, std::string_view frame, const FrameLook& look) = 0;
    // Nothing more is taken, since the answer has its last frame.
    virtual bool isAtEnd() const noexcept { return report_.hasLast; }
    // False, and noted: nobody takes more.
    bool goesOn() noexcept;
    // These answer false.
    bool end(Stop reason) noexcept;
    bool refuseGarbage(const std::string& reason) noexcept;
    // For what is no text.
    void noteHandedOn() noexcept {
        ++handedOn_;
        noteAnswer();
    }
    // False, and refused: more than a piece of an answer may have.
    bool isOfAFrame(Text piece) noexcept;
    // False, and refused: it cannot be a piece of a text.
    bool isText(Text piece) noexcept;
    bool isToolPiece(const ToolPiece& piece) noexcept;

    bool isFollowed() const noexcept { return isFollowed_; }
    CallWatch::Call& call() noexcept { return *call_; }

    CallReport report_;

private:
    Seen seenIn(std::string_view dialect, std::string_view frame);
    void note(const FrameLook& look);
    // What gives the client nothing, such as a frame with a role alone, is handed on, and begins no answer.
    void noteAnswer() noexcept {
        if (isSilent_) beginAnswer();
    }
    void beginAnswer() noexcept;

    CallWatch::Call* call_ = nullptr;
    CallTimes* times_ = nullptr;
    bool isSilent_ = true;  // the plugin that was asked last has begun no answer
    int attempts_ = 0;      // of all plugins
    std::uint64_t handedOn_ = 0;
    std::vector<IStream*> streams_;
    std::string peer_;
    bool isFollowed_ = false;
    ToolCallOrder toolCalls_;
    HalfCharacters halves_;
    bool hasTold_ = false;  // usage() was called: frames do not count
    std::function<void()> tell_, tellFirst_;
};

}  // namespace aiproject
