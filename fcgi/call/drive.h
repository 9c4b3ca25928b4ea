// Follows a stream to its end on the calling thread.
#pragma once

#include "call/following.h"

namespace aiproject {

// Ends the call when its client leaves, its time is over, or all calls end.
void driveHere(Following& following, CallWatch::Call& call);

}  // namespace aiproject
