#include "routes/speech.h"

#include "api/speech_writer.h"
#include "base/utf8.h"
#include "routes/model_answers.h"
#include "routes/openai_members.h"
#include "routes/openai_models.h"
#include "routes/routes.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace aiproject {
namespace {

using simdjson::dom::object;

std::string inputIn(object members, std::uint64_t mostCharacters) {
    const auto member = memberUnlessNull(members, "input");
    if (!member) throw refusalOf("input", "'input' is missing");
    const std::string_view input = textOf(*member, "input");
    if (input.empty()) throw refusalOf("input", "'input' is empty: there is nothing to be spoken");
    const std::size_t characters = lengthOf(input);
    if (characters > mostCharacters)
        throw refusalOf("input", "'input' has " + std::to_string(characters) + " characters; at most " +
                                     std::to_string(mostCharacters) + " are spoken");
    return std::string(input);
}

Optional<double> speedIn(object members) {
    constexpr double any = std::numeric_limits<double>::max();
    const auto speed = numberIn(members, "speed", -any, any);
    if (!speed) return {};
    if (*speed < 0.25 || *speed > 4) throw refusalOf("speed", "'speed' must be from 0.25 to 4");
    return {*speed, 1};
}

// A client's own body, kept for models that speak its dialect.
struct OpenAiSpeech {
    OpenAiSpeech(std::string text, const LimitConfig& limits)
        : body(std::move(text)), json(body), asked(json.root(), limits) {
        const auto name = memberUnlessNull(json.root(), "model");
        if (!name) throw refusalOf("model", "'model' is missing");
        model = textOf(*name, "model");
    }

    const std::string body;
    const JsonBody json;
    const SpeechQuestion asked;
    std::string model;
};

}  // namespace

SpeechQuestion::SpeechQuestion(object members, const LimitConfig& limits)
    : input_(inputIn(members, limits.speechCharacters)), inputs_(input_), speed_(speedIn(members)) {
    if (const auto voice = memberUnlessNull(members, "voice")) voice_ = textOf(*voice, "voice");
    readForm(members);
    if (const auto how = memberUnlessNull(members, "instructions")) instructions_ = textOf(*how, "instructions");
}

// OpenAI's own default is mp3, which no model here makes: a client that does not mind gets a WAV, one that does hears
// of it.
void SpeechQuestion::readForm(object members) {
    if (const auto format = memberUnlessNull(members, "response_format")) {
        const std::string_view word = textOf(*format, "response_format");
        isWav_ = word == "wav";
        if (!isWav_ && word != "pcm")
            throw refusalOf("response_format",
                            "'response_format' must be wav or pcm: this server makes no '" + quotable(word, 32) + "'",
                            ErrorKind::unsupported);
    }
    if (const auto stream = memberUnlessNull(members, "stream_format"))
        if (textOf(*stream, "stream_format") != "audio")
            throw refusalOf("stream_format", "'stream_format' must be audio: speech comes as it is made, not as events",
                            ErrorKind::unsupported);
}

ModelRequest SpeechQuestion::request() const {
    static const Sampling none;
    ModelRequest request;
    request.kind = Kind::speech;
    request.sampling = &none;
    request.inputs = {&inputs_, 1};
    request.voice = voice_;
    request.prompt = instructions_;
    request.speed = speed_;
    request.format = isWav_ ? "audio/wav" : "audio/L16;rate=24000";
    request.dialect = "documented";
    return request;
}

void answerWithSpeech(Context& context, std::vector<std::string> models, ModelRequest request,
                      std::shared_ptr<const SpeechQuestion> asked) {
    StreamForm form;
    form.writer = [](FrameSink& sink) { return std::make_unique<SpeechWriter>(sink); };
    form.framing = StreamForm::Framing::bytes;
    form.contentType = asked->isWav() ? "audio/wav" : "audio/pcm";
    answerAsStream(context, {std::move(models), request, std::move(asked), std::move(form)});
}

void openAiSpeech(Context& context) {
    const auto speech =
        std::make_shared<const OpenAiSpeech>(std::exchange(context.body, {}), context.services.config.limits);
    const std::vector<const Model*> models =
        modelsNamed(speech->model, context.services.models.registry(), context.services.config.routes);
    if (std::none_of(models.begin(), models.end(), [](const Model* model) { return model->serves(Kind::speech); }))
        throw refusalOf("model", "the model '" + quotable(speech->model, 128) + "' does not speak",
                        ErrorKind::unsupported);
    ModelRequest request = speech->asked.request();
    request.dialect = "openai";
    request.body = withoutByteOrderMark(speech->body);
    answerWithSpeech(context, namesOf(models), request, {speech, &speech->asked});
}

}  // namespace aiproject
