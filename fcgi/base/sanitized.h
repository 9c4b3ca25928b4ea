// Whether this build has a sanitizer: all is several times slower then, frames of the stack are larger, the heap keeps
// what was freed, and a crash is told by its own report and an exit.
#pragma once

namespace aiproject {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsSanitized = true;
#else
constexpr bool kIsSanitized = false;
#endif

}  // namespace aiproject
