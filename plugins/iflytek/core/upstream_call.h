// A whole call, on a connection that waits or on a new one.
#pragma once

#include "iflytek/core/upstream_link.h"
#include "iflytek/core/warm_connections.h"

#include <functional>

namespace aiproject::iflytek {

// Asks and hands on; answers how the call ended, throws CallFailure. Run a second time, it asks anew.
using Converse = std::function<ModelStatus(UpstreamLink&)>;

// A warm connection may have died in the instant of its use. So when it breaks before a message of the
// answer has come, and the time for connecting (counted from the call's start) is not over, `converse` is
// run once more on a new connection, with what is left of that time. Not when the host wishes the end, nor
// when the upstream answered, be it an error; and never twice.
ModelStatus callUpstream(WarmConnections& connections, const Timeouts& timeouts, IReply& reply,
                         const Converse& converse);

}  // namespace aiproject::iflytek
