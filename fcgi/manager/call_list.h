// The calls of a pool that are in progress, for the status: of what user and model, since when, and what they wait for.
#pragma once

#include "manager/pool.h"

#include <Poco/JSON/Array.h>

namespace aiproject {

// Those that began first, 50 at most: [{"age_s","user","model","phase","worker"}]. `user` is a name, nothing for
// nobody.
Poco::JSON::Array oldestCalls(Pool& pool);

}  // namespace aiproject
