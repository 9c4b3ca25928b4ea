#include "upstream/text.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace aiproject::outbound {
namespace {

const unsigned char* bytesOf(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

bool isContinuation(unsigned char c) { return (c & 0xC0) == 0x80; }

// Length of the valid sequence at the start of `text`, 0 if there is none (RFC 3629: no overlong
// form, no surrogate, nothing above U+10FFFF).
std::size_t sequenceLength(std::string_view text) {
    const unsigned char* c = bytesOf(text);
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

std::string withoutHalves(std::string_view json) {
    constexpr std::size_t size = 6;  // of \uNNNN
    const auto isHalf = [json](std::size_t at, std::string_view kinds) {
        return at + size <= json.size() && json[at] == '\\' && json[at + 1] == 'u' &&
               (json[at + 2] == 'd' || json[at + 2] == 'D') && kinds.find(json[at + 3]) != std::string_view::npos;
    };
    constexpr std::string_view first = "89abAB", second = "cdefCDEF";
    std::string whole;
    whole.reserve(json.size());
    for (std::size_t at = 0; at < json.size();) {
        const std::size_t escape = std::min(json.find('\\', at), json.size());
        whole.append(json, at, escape - at);
        const bool isPair = isHalf(escape, first) && isHalf(escape + size, second);
        const bool isLone = !isPair && (isHalf(escape, first) || isHalf(escape, second));
        const std::size_t taken = isPair ? 2 * size : isLone ? size : 2;
        whole.append(isLone ? "\\ufffd" : json.substr(escape, taken));
        at = escape + taken;
    }
    return whole;
}

std::string base64(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends with a NUL
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytesOf(bytes), static_cast<int>(bytes.size()));
    text.pop_back();
    return text;
}

std::optional<std::string> fromBase64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::string bytes(text.size() / 4 * 3, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), bytesOf(text), static_cast<int>(text.size()));
    if (size != static_cast<int>(bytes.size())) return std::nullopt;  // it also trims white space: not base64 here
    const std::size_t padding = text.size() - std::min(text.find('='), text.size());
    if (padding > 2 || text.substr(text.size() - padding).find_first_not_of('=') != std::string_view::npos)
        return std::nullopt;
    bytes.resize(bytes.size() - padding);
    return bytes;
}

}  // namespace aiproject::outbound
