#include "http/base64.h"

#include <openssl/evp.h>

#include <climits>

namespace aiproject {
namespace {

const unsigned char* bytesAt(const char* text) { return reinterpret_cast<const unsigned char*>(text); }
unsigned char* bytesAt(char* text) { return reinterpret_cast<unsigned char*>(text); }

// OpenSSL trims what is at the ends, so a wrong text may decode to fewer bytes than its size says.
bool decodesTo(char* bytes, std::string_view fours) {
    return EVP_DecodeBlock(bytesAt(bytes), bytesAt(fours.data()), int(fours.size())) == int(fours.size() / 4 * 3);
}

}  // namespace

std::optional<std::string> decodedBase64(std::string_view text) {
    while (!text.empty() && text.back() == '=' && text.size() % 4 != 1) text.remove_suffix(1);
    if (text.size() % 4 == 1 || text.size() > INT_MAX || text.find('=') != std::string_view::npos)
        return std::nullopt;  // OpenSSL takes '=' for a digit
    const std::size_t whole = text.size() / 4 * 4, rest = text.size() - whole;
    std::string bytes(text.size() / 4 * 3 + 3, '\0');
    if (whole > 0 && !decodesTo(bytes.data(), text.substr(0, whole))) return std::nullopt;
    if (rest > 0) {
        const std::string last = std::string(text.substr(whole)).append(4 - rest, '=');
        if (!decodesTo(bytes.data() + whole / 4 * 3, last)) return std::nullopt;
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
