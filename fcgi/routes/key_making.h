// API keys as requests ask for them, on /auth/keys and /admin/*.
#pragma once

#include "routes/router.h"

namespace aiproject {

// Makes a key of that owner with the terms in the body. Error(badRequest) also where nothing has a model of that name.
NewKey makeKey(const Context& context, const KeyOwner& owner, const JsonBody& body, const Origin& origin);

}  // namespace aiproject
