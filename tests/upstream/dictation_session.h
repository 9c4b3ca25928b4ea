// One conversation with voice dictation, either envelope.
#pragma once

#include "upstream/outlet.h"
#include "upstream/pacing.h"

namespace aiproject::upstream {

// Throws ConversationOver at its end, and FramingError.
[[noreturn]] void dictate(const Outlet::Parts& parts, Service service, const std::string& sid,
                          Pacing::Clock::time_point upgraded);

}  // namespace aiproject::upstream
