// The connections of one model: each is opened by the family's signed upgrade.
#pragma once

#include "iflytek/core/core_settings.h"
#include "upstream/idle_links.h"

namespace aiproject::iflytek {

// A handshake refused for our clock is tried once more by the upstream's clock, and the connection's note says so.
outbound::IdleLinks signedConnections(const Upstream& upstream);

}  // namespace aiproject::iflytek
