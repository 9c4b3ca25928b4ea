#include "upstream/dictation_session.h"

#include "upstream/base64.h"
#include "upstream/dictation_dialect.h"

#include <algorithm>

namespace aiproject::upstream {

namespace {

constexpr std::uint64_t kMaxSeconds = 60;

class Dictation {
public:
    Dictation(CallRecord& record, DictationDialect& dialect, Outlet& outlet, Pacing pacing)
        : record_(record), dialect_(dialect), outlet_(outlet), pacing_(pacing) {}

    void begin(const Message& message) {
        const auto shape = shapeOf(message);
        const auto status = dialect_.statusOf(shape);
        if (status == FrameStatus::last) throw Refusal{10008, "the first frame has status 2"};
        if (status != FrameStatus::first) throw Refusal{10165, "the first frame has not status 0"};
        format_ = dialect_.begin(shape);
        recognition_.emplace(format_.correction);
        hear(dialect_.audioOf(shape, status));
        // Seen here, so that a refused first frame gets its error as the first answer.
        if (const auto greeting = dialect_.greeting()) outlet_.frame(Place::middle, [&] { return *greeting; });
        tell();
        outlet_.pingAlone();
    }

    // False: that was the last one.
    bool take(const Message& message) {
        const auto shape = shapeOf(message);
        const auto status = dialect_.statusOf(shape);
        if (status == FrameStatus::first) throw Refusal{10165, "a later frame has status 0"};
        const auto audio = dialect_.audioOf(shape, status);
        if (status == FrameStatus::last) {
            if (!audio.empty()) throw Refusal{10163, "the last frame has audio"};
            return false;
        }
        hear(audio);
        tell();
        return true;
    }

    void end() {
        const auto last = recognition_->end(bytes_);
        outlet_.frame(Place::last, [&] { return dialect_.result(last, outlet_.lastCode()); });
    }

private:
    static Shape shapeOf(const Message& message) {
        if (!message.isText) throw Refusal{kDictationCodes.format, "the frame is a binary message"};
        return Shape::parse(message.payload, kDictationCodes);
    }

    void hear(const std::string& text) {
        if (!pacing_.admit(Pacing::Clock::now())) throw Refusal{10163, "audio is faster than a frame each 40 ms"};
        const auto audio = fromBase64(text);
        if (!audio) throw Refusal{10161, "audio is not Base64"};
        bytes_ += audio->size();
        record_.update([&](Call& call) {
            ++call.audioFrames;
            call.audioBytes = bytes_;
            call.largestAudioFrame = std::max<std::uint64_t>(call.largestAudioFrame, audio->size());
        });
        if (format_.isPcm && bytes_ > kMaxSeconds * format_.bytesPerSecond)
            throw Refusal{10114, "session timeout: more than 60 s of audio"};
    }

    void tell() {
        for (const auto& recognized : recognition_->hear(bytes_))
            outlet_.frame(Place::middle, [&] { return dialect_.result(recognized, 0); });
    }

    CallRecord& record_;
    DictationDialect& dialect_;
    Outlet& outlet_;
    Pacing pacing_;
    AudioFormat format_{};
    std::optional<Recognition> recognition_;
    std::uint64_t bytes_ = 0;
};

}  // namespace

void dictate(const Outlet::Parts& parts, Service service, const std::string& sid, Pacing::Clock::time_point upgraded) {
    const auto& appId = parts.options.appId;
    const auto dialect = service == Service::iat ? classicDictation(appId, sid) : largeDictation(appId, sid);
    Outlet outlet(parts, *dialect, Traffic::audio);
    Dictation dictation(parts.record, *dialect, outlet, Pacing(upgraded));

    std::optional<Message> message = outlet.question();
    try {
        dictation.begin(*message);
        do {
            message = parts.peer.receive(parts.options.audioGapLimit);
            if (!message) throw Refusal{10200, "read timeout: no audio for too long"};
        } while (dictation.take(*message));
        dictation.end();
        outlet.finish();
    } catch (const Refusal& refusal) {
        outlet.refuse(refusal);
    }
}

}  // namespace aiproject::upstream
