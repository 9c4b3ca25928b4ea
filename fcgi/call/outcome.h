// How a call ended, for the host, the client and the log.
#pragma once

#include "aiproject/imodel.h"
#include "base/error.h"
#include "call/call_reply.h"

#include <chrono>
#include <string>

namespace aiproject {

// What happened, all told: the host knows better than the plugin why a call ended.
ModelStatus finalStatus(ModelStatus status, Stop stop, const CallReport& report) noexcept;

// The plugin asked on a connection that had died, and the client got nothing: it is asked once more, with
// ModelRequest::freshConnection. Not for one that was asked so already.
bool wasAskedInVain(ModelStatus answered, CallReply& reply, std::chrono::steady_clock::time_point connectUntil);

// Another model, with other keys and another upstream, may do better.
bool isModelFault(ModelStatus status) noexcept;

const char* nameOf(ModelStatus status) noexcept;
// For the log.
std::string reasonOf(Stop stop, const CallReport& report);
Error errorOf(ModelStatus status, Stop stop, Kind kind, const CallReport& report);
// Whether the client of such an Error may be told when to come again: models are busy or have failed, and the request
// is not at fault.
bool hasWish(const Error& error, Kind kind) noexcept;

// The kind's own "the model failed".
ErrorKind failureOf(Kind kind) noexcept;

}  // namespace aiproject
