// Any loaded model by its own name: a plugin that was dropped into the folder needs no route.
#include "http/foreign_format.h"
#include "routes/model_answers.h"
#include "routes/question.h"
#include "routes/routes.h"

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
// voice, its structure must be there where it takes both, and where it takes voice alone it is none.
bool isPicture(const Model& model, std::string_view bytes) {
    if (!model.serves(Kind::voice)) return isJpeg(bytes);
    return model.serves(Kind::picture) && isJpegFile(bytes);
}

void answerUpload(Context& context, const Model& model, AnswerForm answer) {
    const auto body = std::make_shared<const std::string>(std::move(context.body));
    const Upload upload = uploadIn(*body, context.exchange.request().contentType);
    if (isPicture(model, upload.bytes)) {
        requireKind(model, Kind::picture, "pictures");
        return answer(context, {{model.name}, pictureQuestion(upload.bytes), body});
    }
    requireKind(model, Kind::voice, "voice, and this is no JPEG");
    answer(context, {{model.name}, voiceQuestion(audioIn(upload)), body});
}

void answerModel(Context& context, AnswerForm answer) {
    const ModelRegistry& registry = context.services.models.registry();
    const Model* model = registry.find(context.model);
    const std::string* const why = registry.whyAbsent(context.model);
    if (!model && why)
        throw Error(ErrorKind::textModelFailed, "model " + context.model + ": " + *why,
                    "this model is not set up; the server's log says what it lacks");
    if (!model) throw Error(ErrorKind::noSuchModel, "no model " + context.model, "there is no such model");
    if (context.json)
        answerText(context, *model, answer);
    else
        answerUpload(context, *model, answer);
}

}  // namespace

void chatModel(Context& context) { answerModel(context, &answerInOnePiece); }

void streamModel(Context& context) { answerModel(context, &answerAsStream); }

}  // namespace aiproject
