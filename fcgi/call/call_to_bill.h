// A call to a model in the words of billing: what it may cost before it begins.
#pragma once

#include "auth/user.h"
#include "billing/billing.h"
#include "call/client_call.h"

namespace aiproject {

// `caller`: null: nobody.
CallToBill callToBill(const Request& request, const Question& question, const User* caller,
                      const ModelRegistry& registry, const Config& config);

Unit unitOf(Kind kind);
std::int64_t secondsOf(const ModelRequest& request);  // of its audio

}  // namespace aiproject
