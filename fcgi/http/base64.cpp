#include "http/base64.h"

#include <openssl/evp.h>

#include <climits>

namespace aiproject {
namespace {

const unsigned char* bytesAt(const char* text) { return reinterpret_cast<const unsigned char*>(text); }
unsigned char* bytesAt(char* text) { return reinterpret_cast<unsigned char*>(text); }

}  // namespace

std::optional<std::string> decodedBase64(std::string_view text) {
    while (!text.empty() && text.back() == '=' && text.size() % 4 != 1) text.remove_suffix(1);
    // OpenSSL skips white space at both ends, and takes '=' for a digit.
    if (text.size() % 4 == 1 || text.size() > INT_MAX || text.find_first_of("= \t\r\n") != std::string_view::npos)
        return std::nullopt;
    const std::size_t whole = text.size() / 4 * 4, rest = text.size() - whole;
    std::string bytes(text.size() / 4 * 3 + 3, '\0');
    if (whole > 0 && EVP_DecodeBlock(bytesAt(bytes.data()), bytesAt(text.data()), int(whole)) < 0) return std::nullopt;
    if (rest > 0) {
        const std::string last = std::string(text.substr(whole)).append(4 - rest, '=');
        if (EVP_DecodeBlock(bytesAt(bytes.data() + whole / 4 * 3), bytesAt(last.data()), 4) < 0) return std::nullopt;
    }
    bytes.resize(whole / 4 * 3 + (rest > 0 ? rest - 1 : 0));
    return bytes;
}

std::string base64Of(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a NUL
    text.resize(std::size_t(EVP_EncodeBlock(bytesAt(text.data()), bytesAt(bytes.data()), int(bytes.size()))));
    return text;
}

}  // namespace aiproject
