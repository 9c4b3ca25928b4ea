// A recording as the messages that carry it: the first with the parameters, the last without audio.
// Pure.
#pragma once

#include "aiproject/imodel.h"
#include "iflytek/spark_iat/dictation_settings.h"

#include <string>
#include <string_view>

namespace aiproject::iflytek {

// Throws CallFailure (badInput, inputTooLarge) for what the upstream would refuse anyway.
void checkRecording(const ModelRequest& request);

class AudioFrames {
public:
    // Borrows all three.
    AudioFrames(const DictationSettings& settings, const std::string& appId, const ModelRequest& request);

    bool isDone() const { return status_ == Status::done; }  // the last message was taken
    std::string next();

private:
    enum class Status { first = 0, middle = 1, last = 2, done = 3 };

    std::string classic(std::string_view audio) const;
    std::string large(std::string_view audio) const;
    std::string parameters() const;
    std::string number() const { return std::to_string(static_cast<int>(status_)); }

    const DictationSettings& settings_;
    const std::string& appId_;
    const std::string language_;
    const std::uint32_t sampleRate_;
    std::string_view rest_;
    Status status_ = Status::first;
    int sequence_ = 0;
};

}  // namespace aiproject::iflytek
