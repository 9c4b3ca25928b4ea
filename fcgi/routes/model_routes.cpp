// Any loaded model by its own name: a plugin that was dropped into the folder needs no route.
#include "http/foreign_format.h"
#include "routes/model_answers.h"
#include "routes/picture_formats.h"
#include "routes/question.h"
#include "routes/routes.h"
#include "routes/speech.h"

#include <memory>
#include <utility>

namespace aiproject {
namespace {

using AnswerForm = void (*)(Context&, Question);

void requireKind(const Model& model, Kind kind, const std::string& what) {
    if (!model.serves(kind)) throw refusal(ErrorKind::badRequest, "model " + model.name + " does not take " + what);
}

void answerText(Context& context, const Model& model, AnswerForm answer) {
    requireKind(model, Kind::text, "a dialog");
    const auto dialog = std::make_shared<const Dialog>(*context.json);
    answer(context, {{model.name}, textQuestion(*dialog), dialog});
}

// The bytes say whether it is a picture. PCM may begin as a JPEG does: so its mark is enough where the model takes no
// voice, its structure must be there where it takes both, and where it takes voice alone it is none. PNG's mark is long
// enough, but it is a picture only for models that take it. Empty: none.
std::string_view pictureFormatOf(const Model& model, const PictureFormats& formats, std::string_view bytes) {
    const std::string_view format = formats.of(bytes);
    if (!model.serves(Kind::voice) || !isJpeg(bytes)) return format;
    return model.serves(Kind::picture) && isJpegFile(bytes) ? format : std::string_view();
}

void answerUpload(Context& context, const Model& model, AnswerForm answer) {
    const auto body = std::make_shared<const std::string>(std::move(context.body));
    const Upload upload = uploadIn(*body, context.exchange.request().contentType);
    const PictureFormats formats({&model});
    if (const auto format = pictureFormatOf(model, formats, upload.bytes); !format.empty()) {
        requireKind(model, Kind::picture, "pictures");
        return answer(context, {{model.name}, pictureQuestion(upload.bytes, format), body});
    }
    requireKind(model, Kind::voice, "voice, and this is no " + formats.names());
    answer(context, {{model.name}, voiceQuestion(audioIn(upload)), body});
}

const Model& modelOfPath(const Context& context) {
    const ModelRegistry& registry = context.services.models.registry();
    if (const Model* const model = registry.find(context.part)) return *model;
    if (const std::string* const why = registry.whyAbsent(context.part))
        throw Error(ErrorKind::textModelFailed, "model " + context.part + ": " + *why,
                    "this model is not set up; the server's log says what it lacks");
    throw Error(ErrorKind::noSuchModel, "no model " + context.part, "there is no such model");
}

void answerModel(Context& context, AnswerForm answer) {
    const Model& model = modelOfPath(context);
    if (context.json)
        answerText(context, model, answer);
    else
        answerUpload(context, model, answer);
}

}  // namespace

void chatModel(Context& context) { answerModel(context, &answerInOnePiece); }

void streamModel(Context& context) { answerModel(context, &answerAsStream); }

void speakModel(Context& context) {
    const Model& model = modelOfPath(context);
    requireKind(model, Kind::speech, "texts to speak");
    const auto asked = std::make_shared<const SpeechQuestion>(context.json->root(), context.services.config.limits);
    answerWithSpeech(context, {model.name}, asked->request(), asked);
}

}  // namespace aiproject
