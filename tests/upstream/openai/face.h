// OpenAI's HTTP service on one connection: request after request, as long as the client keeps it.
#pragma once

#include "upstream/call_log.h"
#include "upstream/wire.h"

#include <functional>
#include <string>

namespace aiproject::upstream::openai {

struct Host {
    Wire& wire;
    const Options& options;
    CallLog& log;
    int connection;
    std::string sid;
};

// From the head of the first request on. Throws ConversationOver when the connection is over, or returns.
void serve(const Host& host, std::string head, Fault fault, const std::function<Fault()>& nextFault);

}  // namespace aiproject::upstream::openai
