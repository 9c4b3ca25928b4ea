// How many tokens a text most likely has, when its upstream did not say. The rule, which bills rest on: each code
// point from U+2E80 on counts 2/3 of a token; each run of n other visible code points counts n/4, and at least 5/4;
// the sum is rounded up. Pieces give the same as the whole. Pure; belongs to one thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace aiproject {

class TokenEstimate {
public:
    void add(std::string_view utf8) noexcept;  // may end inside a character
    std::int64_t tokens() const noexcept;

private:
    void take(std::uint32_t codePoint) noexcept;
    std::int64_t priceOfRun() const noexcept;

    std::int64_t twelfths_ = 0;  // of a token, without the open run
    std::int64_t run_ = 0;       // code points
    std::uint32_t begun_ = 0;    // of a character: its bits so far
    int missing_ = 0;            // of its bytes
};

}  // namespace aiproject
