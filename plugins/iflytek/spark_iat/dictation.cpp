#include "iflytek/spark_iat/dictation.h"

#include "iflytek/spark_iat/audio_frames.h"

#include <algorithm>

namespace aiproject::iflytek {
namespace {

using Clock = std::chrono::steady_clock;

// When the next message is due. Kept to a plan, so that delays do not add up; but what was missed for
// long is not made up for in one burst.
class Pace {
public:
    explicit Pace(std::chrono::milliseconds interval) : interval_(interval), due_(Clock::now()) {}

    std::chrono::milliseconds wait() const {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(due_ - Clock::now());
        return std::max(left, std::chrono::milliseconds(0));
    }
    void sent() {
        constexpr int mostToMakeUpFor = 3;
        due_ = std::max(due_ + interval_, Clock::now() - mostToMakeUpFor * interval_);
    }

private:
    const std::chrono::milliseconds interval_;
    Clock::time_point due_;
};

}  // namespace

ModelStatus Dictation::run(const ModelRequest& request) {
    return callUpstream(connections_, request, reply_, [&](outbound::Call& link) { return converse(link, request); });
}

ModelStatus Dictation::converse(outbound::Call& link, const ModelRequest& request) {
    link.deadlines().pacedBy(settings_.frameInterval);
    Progress progress = sendAndRead(link, request);
    while (progress == Progress::more) progress = take(std::string(link.receive()));
    const std::string text = transcript_.text();
    return text.empty() || reply_.text(text) ? ModelStatus::ok : ModelStatus::stopped;
}

// The upstream may end before the recording does, by a result or an error; what is sent after that
// only provokes another error.
Dictation::Progress Dictation::sendAndRead(outbound::Call& link, const ModelRequest& request) {
    AudioFrames frames(settings_, appId_, request);
    Pace pace(settings_.frameInterval);
    link.expect(outbound::Phase::sending);
    while (!frames.isDone()) {
        if (link.isReadable(pace.wait())) {
            // No more than a frame: after a ping nothing may come for long, and the audio has its times.
            const auto message = link.receiveFrame();
            if (message && take(std::string(*message)) == Progress::complete) return Progress::complete;
        }
        if (pace.wait().count() > 0) continue;
        const std::string message = frames.next();
        link.send(message, outbound::Phase::sending);
        pace.sent();
    }
    link.expect(outbound::Phase::firstFrame);  // counted from the end of the audio: until then nothing is due
    return Progress::more;
}

Dictation::Progress Dictation::take(const std::string& message) {
    const DictationResult result = readDictationResult(settings_.variant, message);
    if (!isIdentified_ && !result.error.id.empty()) {
        reply_.upstreamId(std::string_view(result.error.id));
        isIdentified_ = true;
    }
    if (result.error.code != 0) throw failureOf(Service::dictation, result.error);
    if (result.sentence) transcript_.take(*result.sentence);
    return result.isLast ? Progress::complete : Progress::more;
}

}  // namespace aiproject::iflytek
