// From an endpoint to an open link: name resolution, TCP, TLS, all within the one time for connecting.
#pragma once

#include "upstream/deadlines.h"
#include "upstream/endpoint.h"
#include "upstream/link.h"

namespace aiproject::outbound {

// Resolves anew each time (services change their addresses), and shares the time left out among the addresses, so that
// a dead one does not use up all of it. Over TLS the certificate and the host name have been verified. The link is not
// guarded. Throws CallFailure.
Link openLink(const Peer& peer, Deadlines& deadlines);

}  // namespace aiproject::outbound
