// One conversation with Spark chat or image understanding, from the question on.
#pragma once

#include "upstream/outlet.h"
#include "upstream/services.h"

namespace aiproject::upstream {

// Throws ConversationOver at its end, and FramingError.
[[noreturn]] void converse(const Outlet::Parts& parts, const Endpoint& endpoint, const std::string& sid);

}  // namespace aiproject::upstream
