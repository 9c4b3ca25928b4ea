#include "routes/model_answers.h"
#include "routes/picture_formats.h"
#include "routes/question.h"
#include "routes/routes.h"

namespace aiproject {

void chatVoice(Context& context) {
    const Audio audio = audioIn(uploadIn(context.body, context.exchange.request().contentType));
    answerInOnePiece(context, {context.services.config.routes.voice, voiceQuestion(audio)});
}

void chatPicture(Context& context) {
    const std::vector<std::string>& models = context.services.config.routes.picture;
    const PictureFormats formats(models, context.services.models.registry());
    const std::string_view picture = uploadIn(context.body, context.exchange.request().contentType).bytes;
    const std::string_view format = formats.of(picture);
    if (format.empty()) throw refusal(ErrorKind::fileFormat, "the picture is not a " + formats.names());
    answerInOnePiece(context, {models, pictureQuestion(picture, format)});
}

}  // namespace aiproject
