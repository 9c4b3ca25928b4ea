#include "upstream/base64.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cctype>

namespace aiproject::upstream {

std::string toBase64(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL adds a NUL
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::optional<std::string> fromBase64(std::string_view text) {
    if (text.empty()) return std::string();
    if (text.size() % 4 != 0) return std::nullopt;
    const auto padding = text.size() - 1 - text.find_last_not_of('=', text.size() - 1);
    if (padding > 2) return std::nullopt;
    // EVP_DecodeBlock lets white space pass and '=' stand anywhere.
    const auto digits = text.substr(0, text.size() - padding);
    const bool clean = std::all_of(digits.begin(), digits.end(), [](unsigned char c) {
        return (std::isalnum(c) != 0 && c < 0x80) || c == '+' || c == '/';
    });
    if (!clean) return std::nullopt;

    std::string bytes(text.size() / 4 * 3, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    bytes.resize(bytes.size() - padding);
    return bytes;
}

}  // namespace aiproject::upstream
