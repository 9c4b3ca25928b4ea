#include "bench/upstream/websocket.h"

#include <Poco/String.h>
#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace aiproject::bench {
namespace {

constexpr std::uint64_t kLongestFrame = 16 << 20;  // a picture of 4 MB in base64, and more

std::uint64_t bigEndian(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char byte : bytes) number = number << 8U | static_cast<unsigned char>(byte);
    return number;
}

std::string acceptKey(const std::string& key) {
    const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
        throw std::runtime_error("SHA-1 is not available in this OpenSSL");
    std::array<unsigned char, 32> encoded;
    const int length = EVP_EncodeBlock(encoded.data(), digest.data(), int(size));
    return {reinterpret_cast<const char*>(encoded.data()), std::size_t(length)};
}

}  // namespace

std::string upgradeAnswer(const Poco::Net::HTTPRequest& request) {
    const bool isUpgrade = request.getMethod() == "GET" && request.getVersion() == "HTTP/1.1" && request.has("Host") &&
                           Poco::icompare(request.get("Upgrade", ""), "websocket") == 0 &&
                           request.hasToken("Connection", "upgrade") &&
                           request.get("Sec-WebSocket-Version", "") == "13";
    const std::string key = request.get("Sec-WebSocket-Key", "");
    if (!isUpgrade || key.size() != 24) throw std::runtime_error("not a WebSocket upgrade: " + request.getURI());
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
           acceptKey(key) + "\r\n\r\n";
}

void appendMessage(std::string& out, Opcode opcode, std::string_view payload) {
    out.push_back(char(0x80U | unsigned(opcode)));
    const std::size_t size = payload.size();
    if (size < 126) {
        out.push_back(char(size));
    } else if (size <= 0xffff) {
        out.append({char(126), char(size >> 8U), char(size)});
    } else {
        out.push_back(char(127));
        for (int shift = 56; shift >= 0; shift -= 8) out.push_back(char(size >> unsigned(shift)));
    }
    out.append(payload);
}

std::optional<ClientFrame> takeFrame(std::string& input) {
    if (input.size() < 2) return std::nullopt;
    const auto first = static_cast<unsigned char>(input[0]);
    const auto second = static_cast<unsigned char>(input[1]);
    if ((first & 0x70U) != 0) throw std::runtime_error("a WebSocket frame with reserved bits");
    if ((second & 0x80U) == 0) throw std::runtime_error("a WebSocket frame from a client without a mask");

    std::uint64_t size = second & 0x7fU;
    const std::size_t sizeBytes = size == 126 ? 2 : size == 127 ? 8 : 0;
    const std::size_t head = 2 + sizeBytes + 4;
    if (input.size() < head) return std::nullopt;
    if (sizeBytes != 0) size = bigEndian(std::string_view(input).substr(2, sizeBytes));
    if (size > kLongestFrame) throw std::runtime_error("a WebSocket frame above 16 MiB");
    if (input.size() < head + size) return std::nullopt;

    ClientFrame frame{Opcode(first & 0x0fU), (first & 0x80U) != 0, input.substr(head, size)};
    for (std::size_t at = 0; at < size; ++at) frame.payload[at] = char(frame.payload[at] ^ input[head - 4 + at % 4]);
    input.erase(0, head + size);
    return frame;
}

}  // namespace aiproject::bench
