// A recording to text, by /audio/transcriptions. The question is pure.
#pragma once

#include "openai/service.h"

#include <string>

namespace aiproject::openai {

struct TranscriptionSettings {
    std::string model, language, prompt;  // the last two may be empty
};

std::string newBoundary();
std::string formTypeOf(const std::string& boundary);  // the content type

// A form with the recording as a WAV file, whose samples are borrowed.
outbound::HttpBody transcriptionQuestion(const ModelRequest& request, const TranscriptionSettings& settings,
                                         const std::string& boundary);

class TranscriptionStream final : public ObjectStream {
public:
    TranscriptionStream(outbound::AskedHttp asked, std::shared_ptr<const Service> service)
        : ObjectStream(std::move(asked), std::move(service), kMostBytes) {}

private:
    static constexpr std::size_t kMostBytes = 4UL * 1024 * 1024;

    ~TranscriptionStream() override = default;
    ModelStatus takeObject(const std::string& body, IReply& reply) override;
};

}  // namespace aiproject::openai
