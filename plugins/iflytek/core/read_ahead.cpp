#include "iflytek/core/read_ahead.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace aiproject::iflytek {
namespace {

constexpr unsigned char kFinalText = 0x81;  // RFC 6455, 5.2: FIN, no reserved bit, text
constexpr std::size_t kLongestSmall = 125;
constexpr std::size_t kTwoByteLength = 126;

}  // namespace

ReadAhead::ReadAhead(const Poco::Net::StreamSocket& socket)
    : StreamSocketImpl(socket.impl()->sockfd()), socket_(socket) {}

ReadAhead::~ReadAhead() {
    reset();  // or the base would close a descriptor that is not its own
}

bool ReadAhead::hasMessage() const noexcept {
    if (held().size() < 2) return false;
    const auto* bytes = reinterpret_cast<const unsigned char*>(bytes_.data()) + begin_;
    if (bytes[0] != kFinalText) return false;
    if (bytes[1] <= kLongestSmall) return held().size() >= 2 + std::size_t(bytes[1]);
    // A longer form, or a mask, which no server sends, is left to the reader.
    if (bytes[1] != kTwoByteLength || held().size() < 4) return false;
    return held().size() >= 4 + std::size_t(bytes[2]) * 256 + bytes[3];
}

bool ReadAhead::fill() {
    const int got = inner().receiveBytes(bytes_.data(), int(bytes_.size()), 0);
    begin_ = 0;
    end_ = std::size_t(std::max(0, got));
    return got > 0;
}

int ReadAhead::receiveBytes(void* buffer, int length, int /*flags*/) {
    if (held().empty() && !fill()) return 0;
    const std::size_t taken = upToEmptyLine(held().substr(0, std::size_t(length)));
    std::memcpy(buffer, held().data(), taken);
    skip(taken);
    return int(taken);
}

std::size_t ReadAhead::upToEmptyLine(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (bytes[i] == '\n' && std::exchange(isLineEmpty_, true)) return i + 1;
        if (bytes[i] != '\n' && bytes[i] != '\r') isLineEmpty_ = false;
    }
    return bytes.size();
}

int ReadAhead::available() { return !held().empty() ? int(held().size()) : inner().available(); }

int ReadAhead::sendBytes(const void* buffer, int length, int flags) { return inner().sendBytes(buffer, length, flags); }

void ReadAhead::close() {
    inner().close();
    reset();
}

void ReadAhead::shutdownReceive() { inner().shutdownReceive(); }

void ReadAhead::shutdownSend() { inner().shutdownSend(); }

void ReadAhead::shutdown() { inner().shutdown(); }

bool ReadAhead::secure() const { return inner().secure(); }

}  // namespace aiproject::iflytek
