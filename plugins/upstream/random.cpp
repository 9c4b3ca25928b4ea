#include "upstream/random.h"

#include "upstream/link.h"

#include <openssl/rand.h>

namespace aiproject::outbound {

const unsigned char* takeRandom(std::size_t count) {
    thread_local std::array<unsigned char, kSupplyBytes> supply;
    thread_local std::size_t left = 0;
    if (left < count) {
        if (RAND_bytes(supply.data(), int(supply.size())) != 1) throw LinkFault("no random bytes");
        left = supply.size();
    }
    left -= count;
    return supply.data() + left;
}

}  // namespace aiproject::outbound
