// Drives a link on the calling thread, by poll(): does for a blocking generate() what an event loop does for many
// links.
#pragma once

#include "upstream/link.h"

#include <chrono>
#include <cstddef>
#include <string_view>

namespace aiproject::outbound {

// How long to wait, and what ends it before. By default: until the descriptor itself says so, for one that the host
// guards (see IReply::guard()).
struct Patience {
    std::chrono::steady_clock::time_point end = std::chrono::steady_clock::time_point::max();
    int cancel = -1;  // a descriptor; readable: give up
};

// The argument of poll(); a time that has passed is 0.
int pollTimeout(std::chrono::steady_clock::time_point end);

// False: the time is over, or cancelled.
bool waitFor(int descriptor, Next next, const Patience& patience);

// As the functions of Link, until they are done. Throw LinkFault, and Poco::TimeoutException when patience is over.
void shakeHands(Link& link, const Patience& patience);
void sendAll(Link& link, std::string_view bytes, const Patience& patience);
std::size_t receiveSome(Link& link, char* to, std::size_t size, const Patience& patience);  // 0: the peer has ended

}  // namespace aiproject::outbound
