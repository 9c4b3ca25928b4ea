#include "base/random_bytes.h"

#include <openssl/rand.h>

#include "base/error.h"
#include "base/hex.h"

namespace aiproject {

std::string randomBytes(std::size_t size) {
    std::string bytes(size, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), int(size)) != 1)
        throw Error(ErrorKind::internal, "OpenSSL has no random bytes");
    return bytes;
}

std::string randomHex(std::size_t size) { return hexOf(randomBytes(size)); }

}  // namespace aiproject
