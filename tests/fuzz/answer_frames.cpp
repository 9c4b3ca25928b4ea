// Messages of chat and image understanding, on their way through the plugin's relay into the host's
// one-piece answer. An input is the messages with an empty line between two.
#include "base/utf8.h"
#include "fuzz/target.h"
#include "host/call_reply.h"
#include "host/frame_look.h"
#include "iflytek/core/answer_relay.h"
#include "iflytek/core/error_codes.h"

#include <string>

namespace aiproject::fuzz {
namespace {

using namespace iflytek;

// Checks what the contract says of each call, and hands it on.
class CheckedReply final : public IReply {
public:
    bool heldFrame(Text json) noexcept override { return frame(json); }
    explicit CheckedReply(CallReply& host) : host_(host) {}

    bool frame(Text json) noexcept override {
        require(!readFrame(json).isLast(), "a frame in the middle is not the last one");
        return host_.frame(json);
    }
    bool lastFrame(Text json) noexcept override {
        const AnswerFrame read = readFrame(json);
        require(read.headerIsLast && read.hasText && read.usage, "a last frame is last and has the usage");
        return host_.lastFrame(json);
    }
    bool delta(Text content) noexcept override { return host_.delta(checked(content)); }
    void usage(const Usage& usage) noexcept override { host_.usage(usage); }
    void upstreamId(Text id) noexcept override { host_.upstreamId(checked(id)); }
    void explain(Text reason) noexcept override { host_.explain(checked(reason)); }
    void advise(Text sentence) noexcept override { host_.advise(checked(sentence)); }
    void guard(int, std::uint32_t) noexcept override {}
    Stop stop() noexcept override { return host_.stop(); }
    int clientDescriptor() const noexcept override { return -1; }

private:
    static Text checked(Text text) {
        require(aiproject::isUtf8(text), "all text is UTF-8");
        return text;
    }
    static AnswerFrame readFrame(Text json) {
        const std::string_view text = checked(json);
        require(isJson(text) && text.find_first_of("\r\n") == std::string_view::npos, "a frame is one line of JSON");
        AnswerFrame frame = readAnswerFrame(std::string(text));
        require(frame.error.code == 0, "a frame is no error");
        require(frame.completed.empty(), "a frame is complete");
        return frame;
    }

    CallReply& host_;
};

void requireSaid(const CallFailure& failure) {
    require(failure.status() != ModelStatus::ok, "a failure has a status");
    require(aiproject::isUtf8(failure.what()) && aiproject::isUtf8(failure.forClient()), "reasons are UTF-8");
}

AnswerFrame readPlain(std::string_view message) {
    try {
        return readAnswerFrame(std::string(message));
    } catch (const CallFailure& failure) {
        require(false, "a plain frame can be read");
        throw;
    }
}

// What a glance finds plain has nothing in it that a whole reading would act on.
void requireSameSight(std::string_view message) {
    FrameGlance glance;
    const FrameGlance::Seen* const seen = glance.at(message);
    if (!seen) return;
    const AnswerFrame frame = readPlain(message);
    require(frame.error.code == 0 && !frame.isLast() && frame.hasText && !frame.usage, "a plain frame is plain");
    require(frame.completed.empty() && seen->hasContent == !frame.content.empty(), "a plain frame is complete");
    require(seen->id == frame.error.id, "a plain frame names its call");
}

void tryService(Service service, std::string_view input) {
    static CallWatch watch;
    CallWatch::Call call(watch, -1, std::chrono::hours(1));
    CollectReply host(1UL << 30);
    host.attach(call);
    CheckedReply reply(host);
    AnswerRelay relay(service, reply);
    try {
        for (const std::string_view message : piecesOf(input, "\n\n")) {
            if (!aiproject::isUtf8(message)) return;  // a Call lets none through
            requireSameSight(message);
            TokenEstimate delivered;
            require(!lookAt(message, {delivered}).isObject || isJson(message), "what the host lets through is JSON");
            if (relay.take(std::string(message))) break;
        }
    } catch (const CallFailure& failure) {
        requireSaid(failure);
    }
    require(!host.report().isGarbage, "the host takes what the plugin passes on");
    require(aiproject::isUtf8(host.text()), "an answer is UTF-8");
}

}  // namespace

void tryInput(std::string_view input) {
    tryService(Service::chat, input);
    tryService(Service::image, input);
}

}  // namespace aiproject::fuzz
