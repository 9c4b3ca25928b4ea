#include "routes/model_answers.h"
#include "routes/question.h"
#include "routes/routes.h"

namespace aiproject {

void chatText(Context& context) {
    const Dialog dialog(*context.json);
    answerInOnePiece(context, {context.services.config.routes.text, textQuestion(dialog)});
}

void streamText(Context& context) {
    const Dialog dialog(*context.json);
    answerAsStream(context, {context.services.config.routes.text, textQuestion(dialog)});
}

}  // namespace aiproject
