#include "routes/model_answers.h"
#include "routes/question.h"
#include "routes/routes.h"

namespace aiproject {

void chatText(Context& context) {
    const Dialog dialog(*context.json);
    context.json.reset();  // the tree is many times the text, and an answer may take long
    answerInOnePiece(context, {context.services.config.routes.text, textQuestion(dialog)});
}

void streamText(Context& context) {
    const Dialog dialog(*context.json);
    context.json.reset();  // the tree is many times the text, and an answer may take long
    answerAsStream(context, {context.services.config.routes.text, textQuestion(dialog)});
}

}  // namespace aiproject
