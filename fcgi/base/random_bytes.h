// Bytes that nobody can guess: OpenSSL's generator, which the kernel seeds. std::random_device would ask the CPU for
// each number, and in a virtual machine 128 bits took 0.8 ms that way.
//
// ERRORS   Error(internal) when OpenSSL has none.
// THREADS  Any.
#pragma once

#include <cstddef>
#include <string>

namespace aiproject {

std::string randomBytes(std::size_t size);

// Of so many bytes, two digits for each, in lower case.
std::string randomHex(std::size_t size);

}  // namespace aiproject
