// A text to speech, by /audio/speech. The question is pure.
#pragma once

#include "openai/service.h"

#include <string>

namespace aiproject::openai {

struct SpeechSettings {
    std::string model, voice;  // of the upstream; the voice where the client names none
};

outbound::HttpBody speechQuestion(const ModelRequest& request, const SpeechSettings& settings);

// The audio as it comes. By nothing in it can be told whether it is whole, so its framing must say it: one that ends
// with its connection is taken for whole wherever it ends.
class SpeechStream final : public ServiceStream {
public:
    SpeechStream(outbound::AskedHttp asked, std::shared_ptr<const Service> service, bool isWav)
        : ServiceStream(std::move(asked), std::move(service)), isWav_(isWav) {}

private:
    ~SpeechStream() override = default;
    ModelStatus takeBody(std::string_view body, IReply& reply) override;
    ModelStatus endBody(const std::string& fault, IReply& reply) override;
    bool isAudio() const;

    const bool isWav_;  // that was asked for
    bool hasBegun_ = false;
    std::string other_;  // the beginning of what is no audio
};

}  // namespace aiproject::openai
