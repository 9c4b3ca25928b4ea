// What the services' error codes mean. The same number means different things per service. Pure.
#pragma once

#include "upstream/failure.h"

#include <cstdint>
#include <string>

namespace aiproject::iflytek {

using outbound::answerAtEdge;
using outbound::CallFailure;

enum class Service { chat, dictation, image, document };

struct UpstreamError {
    std::int64_t code = 0;
    std::string message;  // of the upstream; what it says of refused content is not logged
    std::string id;       // sid
};

CallFailure failureOf(Service service, const UpstreamError& error);

}  // namespace aiproject::iflytek
