#include "base/random_bytes.h"

#include <Poco/DigestEngine.h>
#include <openssl/rand.h>

#include "base/error.h"

namespace aiproject {

std::string randomBytes(std::size_t size) {
    std::string bytes(size, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), int(size)) != 1)
        throw Error(ErrorKind::internal, "OpenSSL has no random bytes");
    return bytes;
}

std::string randomHex(std::size_t size) {
    const std::string bytes = randomBytes(size);
    return Poco::DigestEngine::digestToHex({bytes.begin(), bytes.end()});
}

}  // namespace aiproject
