// Follows a stream to its end on the calling thread.
#pragma once

#include "call/following.h"

#include <functional>

namespace aiproject {

// Ends the call when its client leaves, its time is over, or all calls end.
void driveHere(Following& following, CallWatch::Call& call);
// The same, where each advance() of `following` goes through `advance`.
void driveHere(Following& following, CallWatch::Call& call, const std::function<Step(Following&)>& advance);

}  // namespace aiproject
