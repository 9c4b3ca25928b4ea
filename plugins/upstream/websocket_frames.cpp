#include "upstream/websocket_frames.h"

#include "upstream/text.h"

#include <algorithm>

namespace aiproject::outbound {
namespace {

constexpr unsigned kFinal = 0x80, kReserved = 0x70, kOpcode = 0x0f, kControl = 0x08;
constexpr unsigned kMasked = 0x80, kLength = 0x7f, kLengthInTwo = 126, kLengthInEight = 127;
constexpr std::uint64_t kLongestControl = 125, kLongestOfTwoBytes = 0xffff;
constexpr std::size_t kHeadStart = 2;

enum Opcode : unsigned { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };
enum CloseCode : std::uint16_t { protocolError = 1002, unsupportedData = 1003, invalidText = 1007, tooBig = 1009 };

unsigned byteAt(const std::string& bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

std::size_t headBytesOf(const std::string& head) {
    if (head.size() < kHeadStart) return kHeadStart;
    const unsigned length = byteAt(head, 1) & kLength;
    return kHeadStart + (length == kLengthInTwo ? 2 : (length == kLengthInEight ? 8 : 0));
}

// RFC 6455, 7.4: the codes that may stand in a close frame.
bool isCloseCode(unsigned code) {
    const bool isStandard = code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
    return isStandard || (code >= 3000 && code <= 4999);
}

FrameKind kindOf(unsigned opcode) {
    switch (opcode) {
        case Opcode::ping: return FrameKind::ping;
        case Opcode::pong: return FrameKind::pong;
        case Opcode::close: return FrameKind::close;
        default: return FrameKind::text;
    }
}

}  // namespace

unsigned FrameDecoder::opcode() const noexcept { return byteAt(head_, 0) & kOpcode; }
bool FrameDecoder::isFinal() const noexcept { return (byteAt(head_, 0) & kFinal) != 0; }
bool FrameDecoder::isControl() const noexcept { return (opcode() & kControl) != 0; }

std::optional<Frame> FrameDecoder::take(std::string_view& bytes) {
    if (!hasHead_ && !takeHead(bytes)) return std::nullopt;
    const std::string_view here = bytes.substr(0, left_);
    bytes.remove_prefix(here.size());
    left_ -= here.size();

    std::string& kept = isControl() ? control_ : message_;
    const bool isWhole = left_ == 0 && isFinal();
    const bool isInOnePiece = isWhole && kept.empty();
    if (!isInOnePiece) {
        constexpr std::uint64_t expected = 2048;  // more is believed only once it has come
        if (kept.empty()) kept.reserve(here.size() + std::min(left_, expected));
        kept.append(here);
    }
    if (left_ > 0) return std::nullopt;

    const FrameKind kind = kindOf(opcode());
    if (kind == FrameKind::text) isOpen_ = !isFinal();
    hasHead_ = false;
    head_.clear();
    if (!isWhole) return std::nullopt;
    const Frame frame{kind, isInOnePiece ? here : std::string_view(kept)};
    if (kind == FrameKind::text && !isUtf8(frame.payload))
        throw FrameFault(CloseCode::invalidText, "a message of the upstream is no UTF-8");
    return frame;
}

bool FrameDecoder::takeHead(std::string_view& bytes) {
    if (head_.empty()) {
        std::string().swap(control_);
        if (!isOpen_) std::string().swap(message_);
    }
    while (head_.size() < headBytesOf(head_)) {
        if (bytes.empty()) return false;
        head_ += bytes.front();
        bytes.remove_prefix(1);
        if (head_.size() == kHeadStart) checkStart();
    }
    left_ = announcedBytes();
    hasHead_ = true;
    return true;
}

void FrameDecoder::checkStart() const {
    const auto refuse = [](const char* what) { throw FrameFault(CloseCode::protocolError, what); };
    const unsigned length = byteAt(head_, 1) & kLength;
    if (byteAt(head_, 0) & kReserved) refuse("the upstream used reserved bits of a frame");
    if (byteAt(head_, 1) & kMasked) refuse("the upstream masked a frame, which only clients may do");
    switch (opcode()) {
        case Opcode::continuation:
            if (!isOpen_) refuse("the upstream continued a message that it had not begun");
            return;
        case Opcode::text:
            if (isOpen_) refuse("the upstream began a message inside another");
            return;
        case Opcode::binary:
            throw FrameFault(CloseCode::unsupportedData,
                             "the upstream sent a binary message; this protocol has text only");
        case Opcode::close:
        case Opcode::ping:
        case Opcode::pong:
            if (!isFinal()) refuse("the upstream sent a ping, pong or close in fragments");
            if (length > kLongestControl) refuse("the upstream sent a ping, pong or close of more than 125 bytes");
            return;
        default: refuse("the upstream sent a frame of an unknown kind");
    }
}

std::uint64_t FrameDecoder::announcedBytes() const {
    std::uint64_t size = head_.size() == kHeadStart ? byteAt(head_, 1) & kLength : 0;
    for (std::size_t i = kHeadStart; i < head_.size(); ++i) size = size << 8 | byteAt(head_, i);
    if (!isControl() && size > kMaxMessageBytes - message_.size())
        throw FrameFault(CloseCode::tooBig,
                         "a message of the upstream is larger than " + std::to_string(kMaxMessageBytes) + " bytes");
    const bool isShort = size <= kLongestControl, fitsTwoBytes = size <= kLongestOfTwoBytes;
    if ((head_.size() > kHeadStart && isShort) || (head_.size() > kHeadStart + 2 && fitsTwoBytes))
        throw FrameFault(CloseCode::protocolError, "the upstream wrote a length in more bytes than it needs");
    return size;
}

std::string clientFrame(FrameKind kind, std::string_view payload, const std::array<unsigned char, 4>& mask) {
    std::string frame{char(kFinal | (kind == FrameKind::close ? Opcode::close : Opcode::pong)),
                      char(kMasked | payload.size())};
    frame.append(mask.begin(), mask.end());
    for (std::size_t i = 0; i < payload.size(); ++i) frame += char(payload[i] ^ mask[i % mask.size()]);
    return frame;
}

std::string closePayload(std::uint16_t code) { return {char(code >> 8), char(code & 0xff)}; }

CloseWords closeWordsOf(std::string_view payload) {
    constexpr std::size_t codeBytes = 2;
    if (payload.empty()) return {"no code", "", std::nullopt};
    if (payload.size() < codeBytes) return {"no code", "; its close frame has half a code", CloseCode::protocolError};
    const unsigned code = static_cast<unsigned char>(payload[0]) * 256U + static_cast<unsigned char>(payload[1]);
    const std::string said = "code " + std::to_string(code), reason(payload.substr(codeBytes));
    if (!isUtf8(reason)) return {said, "; the reason in its close frame is no UTF-8", CloseCode::invalidText};
    if (!isCloseCode(code)) return {said, "; a close frame may not have that code", CloseCode::protocolError};
    return {reason.empty() ? said : said + " (" + reason + ")", "", std::nullopt};
}

}  // namespace aiproject::outbound
