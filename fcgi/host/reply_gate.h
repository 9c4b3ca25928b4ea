// What a plugin holds while it answers: a gate before the CallReply, which passes on what the thread inside
// generate() says while that call runs. A plugin that keeps its IReply& and uses it later, or from another
// thread, reaches nobody's answer and no freed memory.
#pragma once

#include "host/call_reply.h"

namespace aiproject {

// Runs generate() behind a gate. A plugin that broke the rules above or let an exception out of generate()
// (which ends the process unless it was built without the contract's noexcept) has `failed`.
ModelStatus generateBehindGate(IModel& model, const ModelRequest& request, CallReply& reply);

}  // namespace aiproject
