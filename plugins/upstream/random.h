// Bytes that nobody can guess, for keys and masks of WebSockets (RFC 6455, 4.1 and 5.3). Each thread keeps some, since
// OpenSSL takes 3 us for each call, however few it is asked for.
//
// ERRORS   LinkFault when OpenSSL has none.
// THREADS  any
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace aiproject::outbound {

// The thread's supply; at most kSupplyBytes at a time.
constexpr std::size_t kSupplyBytes = 512;
const unsigned char* takeRandom(std::size_t count);

template <std::size_t count>
std::array<unsigned char, count> randomBytes() {
    static_assert(count <= kSupplyBytes);
    std::array<unsigned char, count> bytes;
    std::copy_n(takeRandom(count), count, bytes.begin());
    return bytes;
}

}  // namespace aiproject::outbound
