// The one room that knows how OpenAI's chat completions look, as upstreams send them and as clients read them:
//   {"id","object":"chat.completion.chunk","created","model","choices":[{"index","delta":{"role","content",
//   "reasoning_content","tool_calls":[{"index","id","type","function":{"name","arguments"}}]},"finish_reason"}],
//   "usage":{"prompt_tokens","completion_tokens","total_tokens", ...}}
// Pure.
#pragma once

#include "api/frame_look.h"

#include <string_view>

namespace aiproject {

// A chunk, or a whole completion; of its choices the one of index 0. Tolerant, since every upstream differs: thoughts
// are `reasoning_content` or `reasoning`, `choices` may be missing, null or empty, a null is nothing, and what is empty
// is `other`. An `error`, a `code` that is not 0, and a finish_reason that tells of a failure are an error. It is whole
// when strict clients can read it: each member of the type above, thoughts under their first name, a finish_reason that
// OpenAI has, and no text or usage beside that, since it is kept until the bill.
FrameLook lookAtOpenAi(std::string_view frame);

}  // namespace aiproject
