// POST /v1/audio/transcriptions: a form, whose parts may come in any order.
#include "base/json_text.h"
#include "base/utf8.h"
#include "http/envelope.h"
#include "http/multipart.h"
#include "routes/model_answers.h"
#include "routes/openai_models.h"
#include "routes/question.h"
#include "routes/routes.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <utility>

namespace aiproject {
namespace {

struct Transcription {
    std::string model, format = "json", language;
    Upload file;
};

// Of a field, which is no file: answers may repeat it.
std::string valueOf(const FormPart& field) {
    if (!isUtf8(field.bytes)) throw refusalOf(field.name, "'" + field.name + "' is not valid UTF-8");
    return beginOf(field.bytes, 256);
}

Transcription transcriptionIn(const std::string& body, const std::string& contentType) {
    if (!isMultipart(contentType))
        throw refusalOf("file", "the body must be multipart/form-data, with the parts 'file' and 'model'");
    Transcription asked;
    for (const FormPart& part : formPartsOf(body, contentType)) {
        if (part.name == "file" && asked.file.bytes.empty())
            asked.file = {part.bytes, part.fileName.value_or("")};
        else if (part.name == "model")
            asked.model = valueOf(part);
        else if (part.name == "response_format")
            asked.format = valueOf(part);
        else if (part.name == "language")
            asked.language = valueOf(part);
        else if (part.name == "stream" && valueOf(part) == "true")
            throw refusalOf("stream", "transcriptions are not streamed", ErrorKind::unsupported);
    }
    constexpr std::array<std::string_view, 3> formats{"json", "text", "verbose_json"};
    if (asked.model.empty()) throw refusalOf("model", "'model' is missing");
    if (asked.file.bytes.empty()) throw refusalOf("file", "'file' is missing, or empty", ErrorKind::fileMissing);
    if (std::find(formats.begin(), formats.end(), asked.format) == formats.end())
        throw refusalOf("response_format", "'response_format' must be json, text or verbose_json",
                        ErrorKind::unsupported);
    return asked;
}

Audio audioOf(const Upload& file) {
    try {
        return audioIn(file);
    } catch (Error& error) {
        throw Error(error).concerning("file");
    }
}

std::string secondsText(double seconds) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3f", seconds);
    return text.data();
}

std::string jsonOf(const Transcription& asked, const std::string& text, double seconds) {
    const std::string duration = secondsText(seconds);
    const std::string usage = R"(,"usage":{"type":"duration","seconds":)" + duration + "}}";
    if (asked.format == "json") return R"({"text":)" + jsonText(text) + usage;
    return R"({"task":"transcribe","language":)" + jsonText(asked.language) + R"(,"duration":)" + duration +
           R"(,"text":)" + jsonText(text) + R"(,"segments":[{"id":0,"seek":0,"start":0.0,"end":)" + duration +
           R"(,"text":)" + jsonText(text) +
           R"(,"tokens":[],"temperature":0.0,"avg_logprob":0.0,"compression_ratio":1.0,"no_speech_prob":0.0}])" + usage;
}

}  // namespace

void openAiTranscription(Context& context) {
    const auto body = std::make_shared<const std::string>(std::exchange(context.body, {}));
    const Transcription asked = transcriptionIn(*body, context.exchange.request().contentType);
    const std::vector<const Model*> models =
        modelsNamed(asked.model, context.services.models.registry(), context.services.config.routes);
    if (std::none_of(models.begin(), models.end(), [](const Model* model) { return model->serves(Kind::voice); }))
        throw refusalOf("model", "the model '" + asked.model + "' takes no voice", ErrorKind::unsupported);
    const Audio audio = audioOf(asked.file);
    ModelRequest request = voiceQuestion(audio);
    request.dialect = "openai";
    const double seconds = double(audio.pcm.size()) / (2.0 * audio.sampleRate);
    CollectReply reply(context.services.config.limits.answerBytes);
    answerInto(context, {namesOf(models), request, body}, reply);
    if (asked.format != "text") return sendJson(context.exchange, 200, jsonOf(asked, reply.text(), seconds));
    ResponseHead head;
    head.contentType = "text/plain; charset=utf-8";
    head.headers = {{"Cache-Control", "no-store"}};
    context.exchange.start(head);
    context.exchange.write(reply.text() + "\n");
}

}  // namespace aiproject
