// What the text, voice, picture and /models routes share: run the question, answer in one piece or
// as a stream, and charge for it.
#pragma once

#include "call/client_call.h"
#include "call/collect_reply.h"
#include "routes/router.h"

namespace aiproject {

// All of them refuse a user who has nothing left for this kind. What the call costs is on disk, or in the spool, before
// the answer or its last frame goes out.
// An answer into `reply`, for the caller to write.
Bill answerInto(Context& context, Question question, CallReply& reply);
// In the documented shape.
void answerInOnePiece(Context& context, Question question);
// In the question's form, or in the documented one where it has none. May leave the answer to the worker's event loop:
// then the request is no longer the context's.
void answerAsStream(Context& context, Question question);

}  // namespace aiproject
