// A call to a model in the words of billing: what it may cost before it begins, and what is known of it at its end.
#pragma once

#include "billing/billing.h"
#include "routes/model_answers.h"

namespace aiproject {

CallToBill callToBill(const Context& context, const Question& question);

// Without outcome, isWhole and isDelivered, which are the caller's to judge.
CallEnd callEnd(const ModelRequest& request, const CallReport& report);

}  // namespace aiproject
