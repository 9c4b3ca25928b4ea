// Where a plugin's answer goes: to the client frame by frame, or into one text. Belongs to the thread
// of its request.
#pragma once

#include "aiproject/imodel.h"
#include "base/token_estimate.h"
#include "call/call_watch.h"
#include "call/frame_look.h"

#include <functional>
#include <optional>
#include <string>

namespace aiproject {

// What a plugin told besides the answer.
struct CallReport {
    std::string model;              // the one that was asked last
    Usage usage;                    // what clients are told: never below 0
    std::optional<Usage> reported;  // as it was said, believable or not; none: nothing was
    TokenEstimate answer;           // of what was passed on, thoughts included
    std::string upstreamId;
    std::string explanation;  // for the log
    std::string advice;       // for the client
    std::uint64_t frames = 0;
    bool hasLast = false;    // the plugin's last frame was taken: the answer is whole
    bool isCut = false;      // something the plugin wanted to answer was not taken
    bool isGarbage = false;  // the plugin broke the contract; explanation says how
};

class CallReply : public IReply {
public:
    virtual ~CallReply() = default;

    // Before and after each plugin that is tried.
    void attach(CallWatch::Call& call, const std::string& model = {});
    void detach() { call_ = nullptr; }

    int attempts() const noexcept { return attempts_; }
    // Told of each attempt before its plugin is asked; none: nobody is.
    void onAttempt(std::function<void()> tell) { tell_ = std::move(tell); }
    // The plugin broke the contract.
    void blame(const std::string& reason) noexcept;

    const CallReport& report() const noexcept { return report_; }
    // Something reached the client or the text: another plugin can no longer take over.
    bool hasBegun() const noexcept { return report_.frames > 0; }

    bool heldFrame(Text json) noexcept override { return frame(json); }
    void usage(const Usage& usage) noexcept override;
    // After the answer: what is billed, which clients are told instead of a count that is not believed, or missing.
    virtual void correctUsage(const Usage& billed) { usage(billed); }
    void upstreamId(Text id) noexcept override;
    void explain(Text reason) noexcept override;
    void advise(Text sentence) noexcept override;
    void guard(int descriptor, std::uint32_t ms) noexcept override;
    Stop stop() noexcept override { return call_->stop(); }
    int clientDescriptor() const noexcept override { return call_->clientDescriptor(); }

protected:
    // False, and noted: nobody takes more.
    bool goesOn() noexcept;
    // None, and refused: it is not a frame that a client's reader can take.
    std::optional<FrameLook> look(Text frame, const AnswerParts& parts) noexcept;
    // For a plugin that has not told it otherwise.
    void believe(const std::optional<ToldUsage>& told) noexcept;
    // These answer false.
    bool end(Stop reason) noexcept;
    bool refuseGarbage(const std::string& reason) noexcept;

    CallWatch::Call& call() noexcept { return *call_; }

    CallReport report_;

private:
    CallWatch::Call* call_ = nullptr;
    int attempts_ = 0;  // of all plugins
    std::function<void()> tell_;
};

// Takes frames in the documented shape: one JSON object each, without a line break.
class FrameSink {
public:
    virtual ~FrameSink() = default;
    // With all that is held. False: the client has left.
    virtual bool send(std::string_view json) = 0;
    // May keep it until the next send(). Else as send().
    virtual bool hold(std::string_view json) = 0;
    // Before each of these: so much of the answer is taken with it. The sink notes it before it sends, so that a worker
    // that is killed in between has billed what may have arrived, never less.
    virtual void passing(const TokenEstimate& /*answer*/) {}
};

// Frames pass through byte for byte, but for a usage that is corrected; deltas become frames. The last one is kept
// until finish(), so that what the client takes for the end comes after all that must be on disk by then.
class StreamReply final : public CallReply {
public:
    StreamReply(FrameSink& sink, std::string requestId) : sink_(sink), requestId_(std::move(requestId)) {}

    bool frame(Text json) noexcept override { return pass(json, &FrameSink::send); }
    bool heldFrame(Text json) noexcept override { return pass(json, &FrameSink::hold); }
    bool lastFrame(Text json) noexcept override;
    bool delta(Text content) noexcept override;
    void correctUsage(const Usage& billed) override;

    // Sends the last frame: the plugin's, or one of ours.
    void finish();
    // The same, instead of the plugin's, when the stream broke: `code` is not 0.
    void finishBroken(int code, const std::string& message);

private:
    using Way = bool (FrameSink::*)(std::string_view);

    bool pass(Text json, Way way) noexcept;
    // `answer`: with this frame.
    bool send(std::string_view json, const TokenEstimate& answer, Way way) noexcept;
    std::string head(int code, const std::string& message, int status) const;
    std::string tail() const;  // of a last frame, with the usage

    FrameSink& sink_;
    const std::string requestId_;
    std::optional<std::string> last_;  // the plugin's, from when on it has no more to say
    std::optional<ToldUsage> told_;    // in it
    std::string rest_;                 // the text of one that had to be made anew
    bool finished_ = false;
};

// One text, up to a limit.
class CollectReply final : public CallReply {
public:
    explicit CollectReply(std::uint64_t limit) : limit_(limit) {}

    bool frame(Text json) noexcept override;
    bool lastFrame(Text json) noexcept override;
    bool delta(Text content) noexcept override;

    const std::string& text() const noexcept { return text_; }

private:
    const std::uint64_t limit_;
    std::string text_;
};

}  // namespace aiproject
