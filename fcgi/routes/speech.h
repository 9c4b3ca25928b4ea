// A text that a client wants to be spoken: POST /v1/audio/speech and /models/NAME/speech.
#pragma once

#include "routes/router.h"

#include <memory>
#include <string>
#include <vector>

namespace aiproject {

class SpeechQuestion {
public:
    // Copies what it needs. Throws Error(badRequest or unsupported), which names the member that is wrong.
    SpeechQuestion(simdjson::dom::object members, const LimitConfig& limits);
    SpeechQuestion(const SpeechQuestion&) = delete;  // request() points into it
    SpeechQuestion& operator=(const SpeechQuestion&) = delete;

    ModelRequest request() const;
    bool isWav() const noexcept { return isWav_; }

private:
    void readForm(simdjson::dom::object members);

    std::string input_, voice_, instructions_;
    Text inputs_;  // the list of the one
    Optional<double> speed_;
    bool isWav_ = true;
};

// As it is made: the models' bytes are the body.
void answerWithSpeech(Context& context, std::vector<std::string> models, ModelRequest request,
                      std::shared_ptr<const SpeechQuestion> asked);

}  // namespace aiproject
