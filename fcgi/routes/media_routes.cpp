#include "routes/model_answers.h"
#include "routes/question.h"
#include "routes/routes.h"

namespace aiproject {

void chatVoice(Context& context) {
    const Audio audio = audioIn(uploadIn(context.body, context.exchange.request().contentType));
    answerInOnePiece(context, {context.services.config.routes.voice, voiceQuestion(audio)});
}

void chatPicture(Context& context) {
    const std::string_view jpeg = jpegIn(uploadIn(context.body, context.exchange.request().contentType));
    answerInOnePiece(context, {context.services.config.routes.picture, pictureQuestion(jpeg)});
}

}  // namespace aiproject
