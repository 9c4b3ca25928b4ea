// A recording to text, by /audio/transcriptions. The question is pure.
#pragma once

#include "openai/service.h"
#include "upstream/event_lines.h"

#include <string>

namespace aiproject::openai {

// What the upstream is asked for.
enum class TranscriptForm {
    timed,     // segments with their times, where the client is shown them
    streamed,  // events, as the text is made
    plain,     // the text
};

struct TranscriptionSettings {
    std::string model, language, prompt;  // the last two may be empty; a client's own win
    TranscriptForm transcripts = TranscriptForm::plain;
};

// "auto" follows the model's name.
TranscriptForm transcriptsOf(const std::string& setting, const std::string& model);

std::string newBoundary();
std::string formTypeOf(const std::string& boundary);  // the content type

// A form with the recording as a WAV file, whose samples are borrowed.
outbound::HttpBody transcriptionQuestion(const ModelRequest& request, const TranscriptionSettings& settings,
                                         const std::string& boundary);

// An object or, where the upstream streams, events: as its answer says.
class TranscriptionStream final : public ObjectStream {
public:
    TranscriptionStream(outbound::AskedHttp asked, std::shared_ptr<const Service> service)
        : ObjectStream(std::move(asked), std::move(service), kMostBytes) {}

private:
    static constexpr std::size_t kMostBytes = 4UL * 1024 * 1024;

    ~TranscriptionStream() override = default;
    ModelStatus takeBody(std::string_view body, IReply& reply) override;
    ModelStatus endBody(const std::string& fault, IReply& reply) override;
    ModelStatus takeObject(const std::string& body, IReply& reply) override;
    ModelStatus takeEvent(std::string_view event, IReply& reply);

    outbound::EventLines lines_;
    bool hasDelta_ = false;
};

}  // namespace aiproject::openai
