#include "iflytek/core/read_ahead.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

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
    if (held() < 2) return false;
    const auto* bytes = reinterpret_cast<const unsigned char*>(bytes_.data()) + begin_;
    if (bytes[0] != kFinalText) return false;
    if (bytes[1] <= kLongestSmall) return held() >= 2 + std::size_t(bytes[1]);
    // A longer form, or a mask, which no server sends, is left to the reader.
    if (bytes[1] != kTwoByteLength || held() < 4) return false;
    return held() >= 4 + std::size_t(bytes[2]) * 256 + bytes[3];
}

int ReadAhead::receiveBytes(void* buffer, int length, int flags) {
    if (held() == 0) {
        if (length >= int(bytes_.size())) return inner().receiveBytes(buffer, length, flags);
        const int got = inner().receiveBytes(bytes_.data(), int(bytes_.size()), flags);
        if (got <= 0) return got;
        begin_ = 0;
        end_ = std::size_t(got);
    }
    const std::size_t taken = std::min(held(), std::size_t(length));
    std::memcpy(buffer, bytes_.data() + begin_, taken);
    begin_ += taken;
    return int(taken);
}

int ReadAhead::available() { return held() > 0 ? int(held()) : inner().available(); }

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
