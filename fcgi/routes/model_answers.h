// What the text, voice, picture and /models routes share: run the question, answer in one piece or
// as a stream, and charge for it.
#pragma once

#include "routes/question.h"
#include "routes/router.h"

namespace aiproject {

// Both refuse a user who has nothing left for this kind. What the call costs is on disk, or in the spool, before the
// answer or its last frame goes out.
void answerInOnePiece(Context& context, const Question& question);
void answerAsStream(Context& context, const Question& question);

}  // namespace aiproject
