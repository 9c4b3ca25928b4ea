// A TCP connection to the first address of a host that takes one.
#pragma once

#include "iflytek/core/call_deadlines.h"
#include "iflytek/core/core_settings.h"

#include <Poco/Net/StreamSocket.h>

namespace aiproject::iflytek {

// Resolves anew each time (the services change their addresses). The time left for connecting is
// shared out among the addresses, so that a dead one does not use up all of it. The socket blocks,
// and is not guarded. Throws CallFailure.
Poco::Net::StreamSocket connectTcp(const Endpoint& endpoint, CallDeadlines& deadlines);

}  // namespace aiproject::iflytek
