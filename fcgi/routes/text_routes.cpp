#include "routes/model_answers.h"
#include "routes/question.h"
#include "routes/routes.h"

#include <memory>

namespace aiproject {

void chatText(Context& context) {
    const auto dialog = std::make_shared<const Dialog>(*context.json);
    answerInOnePiece(context, {context.services.config.routes.text, textQuestion(*dialog), dialog});
}

void streamText(Context& context) {
    const auto dialog = std::make_shared<const Dialog>(*context.json);
    answerAsStream(context, {context.services.config.routes.text, textQuestion(*dialog), dialog});
}

}  // namespace aiproject
