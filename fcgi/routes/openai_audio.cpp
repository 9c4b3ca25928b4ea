// POST /v1/audio/transcriptions
#include "http/envelope.h"
#include "routes/model_answers.h"
#include "routes/openai_models.h"
#include "routes/question.h"
#include "routes/routes.h"
#include "routes/transcript.h"
#include "routes/transcription.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace aiproject {
namespace {

// What a request points into.
struct AskedTranscription {
    explicit AskedTranscription(Context& context)
        : form(std::exchange(context.body, {})), asked(transcriptionIn(form, context.exchange.request().contentType)) {}

    const std::string form;
    Transcription asked;
};

Audio audioOf(const Upload& file) {
    try {
        return audioIn(file);
    } catch (Error& error) {
        throw Error(error).concerning("file");
    }
}

// Where no model takes a temperature, all go on without.
void fit(Transcription& asked, const std::vector<const Model*>& models) {
    const auto any = [&](auto&& does) {
        return std::any_of(models.begin(), models.end(),
                           [&](const Model* model) { return model->serves(Kind::voice) && does(*model); });
    };
    if (!any([](const Model&) { return true; }))
        throw refusalOf("model", "the model '" + asked.model + "' takes no voice", ErrorKind::unsupported);
    if (!any([](const Model& model) { return model.hasAll(std::uint64_t(Ability::sampling)); }))
        asked.sampling.temperature = {};
}

ModelRequest requestFor(const Transcription& asked, const Audio& audio) {
    ModelRequest request = voiceQuestion(audio);
    request.sampling = &asked.sampling;
    request.language = asked.language;
    request.prompt = asked.prompt;
    request.wantsTimes = showsTimes(asked.format) ? 1 : 0;
    request.dialect = "openai";
    return request;
}

void sendTranscript(Exchange& exchange, const TranscriptText& transcript) {
    ResponseHead head;
    head.contentType = transcript.contentType;
    head.headers = {{"Cache-Control", "no-store"}};
    exchange.start(head);
    exchange.write(transcript.body);
}

}  // namespace

void openAiTranscription(Context& context) {
    const auto source = std::make_shared<AskedTranscription>(context);
    Transcription& asked = source->asked;
    const Config& config = context.services.config;
    const std::vector<const Model*> models =
        modelsNamed(asked.model, context.services.models.registry(), config.routes);
    fit(asked, models);
    const Audio audio = audioOf(asked.file);
    const double seconds = double(audio.pcm.size()) / (2.0 * audio.sampleRate);
    Question question{namesOf(models), requestFor(asked, audio), source};
    if (asked.isStreamed) {
        question.form = {[seconds, limit = config.limits.answerBytes](FrameSink& sink) {
                             return std::make_unique<TranscriptWriter>(sink, seconds, limit);
                         },
                         StreamForm::Framing::events, config.timeouts.comment};
        return answerAsStream(context, std::move(question));
    }
    const auto kept = showsTimes(asked.format) ? CollectReply::Kept::times : CollectReply::Kept::text;
    CollectReply reply(config.limits.answerBytes, kept);
    answerInto(context, std::move(question), reply);
    sendTranscript(context.exchange, transcriptAs(asked.format, {reply.answer(), asked.language, seconds}));
}

}  // namespace aiproject
