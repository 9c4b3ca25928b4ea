#include "upstream/text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace aiproject::outbound {
namespace {

bool isContinuation(unsigned char c) { return (c & 0xC0) == 0x80; }

// Length of the valid sequence at the start of `text`, 0 if there is none (RFC 3629: no overlong
// form, no surrogate, nothing above U+10FFFF).
std::size_t sequenceLength(std::string_view text) {
    const unsigned char* c = reinterpret_cast<const unsigned char*>(text.data());
    if (c[0] < 0x80) return 1;
    if (c[0] < 0xC2 || c[0] > 0xF4) return 0;
    const std::size_t length = c[0] < 0xE0 ? 2 : c[0] < 0xF0 ? 3 : 4;
    if (text.size() < length || !std::all_of(c + 1, c + length, isContinuation)) return 0;
    if ((c[0] == 0xE0 && c[1] < 0xA0) || (c[0] == 0xED && c[1] > 0x9F)) return 0;
    if ((c[0] == 0xF0 && c[1] < 0x90) || (c[0] == 0xF4 && c[1] > 0x8F)) return 0;
    return length;
}

// At least all but the last 7 bytes of it.
std::size_t leadingAscii(std::string_view text) {
    constexpr std::uint64_t highBits = 0x8080808080808080;
    std::size_t count = 0;
    for (std::uint64_t eight; count + sizeof eight <= text.size(); count += sizeof eight) {
        std::memcpy(&eight, text.data() + count, sizeof eight);
        if ((eight & highBits) != 0) break;
    }
    return count;
}

}  // namespace

bool isUtf8(std::string_view text) noexcept {
    while (!text.empty()) {
        text.remove_prefix(leadingAscii(text));
        if (text.empty()) break;
        const std::size_t length = sequenceLength(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

}  // namespace aiproject::outbound
