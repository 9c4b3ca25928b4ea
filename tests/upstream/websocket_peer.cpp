#include "upstream/websocket_peer.h"

#include "upstream/endings.h"
#include "upstream/utf8.h"

#include <algorithm>

namespace aiproject::upstream {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::uint64_t kMaxMessageBytes = 16ULL * 1024 * 1024;
constexpr std::size_t kMaxControlBytes = 125;
constexpr auto kFarewell = std::chrono::seconds(3);  // the real gateway takes 1 s; test machines may be slow

bool isControl(Opcode opcode) { return (static_cast<unsigned>(opcode) & 8U) != 0; }

std::string bigEndian(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8U * static_cast<unsigned>(i)) & 0xFFU);
    return text;
}

std::string headerOf(Opcode opcode, bool final, std::uint64_t size) {
    std::string header(1, static_cast<char>(static_cast<unsigned>(opcode) | (final ? 0x80U : 0U)));
    if (size <= kMaxControlBytes) return header + bigEndian(size, 1);
    if (size <= 0xFFFF) return header + '\x7E' + bigEndian(size, 2);
    return header + '\x7F' + bigEndian(size, 8);
}

}  // namespace

std::optional<Message> WebSocketPeer::receive(milliseconds limit) {
    const auto end = Clock::now() + limit;
    for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
        if (!wire_.waitReadable(std::max(left, milliseconds::zero()))) return std::nullopt;
        if (auto message = join(readFrame())) return message;
    }
}

WebSocketPeer::Frame WebSocketPeer::readFrame() {
    char start[2];
    wire_.read(start, sizeof start);
    const auto first = static_cast<unsigned char>(start[0]);
    const auto second = static_cast<unsigned char>(start[1]);
    Frame frame{static_cast<Opcode>(first & 0x0FU), (first & 0x80U) != 0, {}};
    if ((first & 0x70U) != 0) throw FramingError{1002, "a reserved bit is set"};
    if ((second & 0x80U) == 0) throw FramingError{1002, "a client's frame is not masked"};

    const auto size = readSize(second & 0x7FU);
    if (isControl(frame.opcode) && (size > kMaxControlBytes || !frame.final))
        throw FramingError{1002, "a control frame is too long or in fragments"};
    const std::size_t before = unfinished_ ? unfinished_->payload.size() : 0;
    if (size > kMaxMessageBytes - before) throw FramingError{1009, "a message is longer than 16 MiB"};

    char mask[4];
    wire_.read(mask, sizeof mask);
    frame.payload.resize(size);
    wire_.read(frame.payload.data(), size);
    for (std::size_t i = 0; i < size; ++i) frame.payload[i] = static_cast<char>(frame.payload[i] ^ mask[i % 4]);
    return frame;
}

std::uint64_t WebSocketPeer::readSize(unsigned char sizeByte) {
    if (sizeByte <= kMaxControlBytes) return sizeByte;
    char bytes[8];
    const std::size_t count = sizeByte == 126 ? 2 : 8;
    wire_.read(bytes, count);
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < count; ++i) size = size << 8U | static_cast<unsigned char>(bytes[i]);
    if (size <= (count == 2 ? kMaxControlBytes : 0xFFFFU)) throw FramingError{1002, "a length is longer than needed"};
    return size;
}

std::optional<Message> WebSocketPeer::join(Frame frame) {
    switch (frame.opcode) {
        case Opcode::ping:
            if (!closeSent_) send(Opcode::pong, frame.payload);
            return std::nullopt;
        case Opcode::pong: record_.update([](Call& call) { ++call.pongs; }); return std::nullopt;
        case Opcode::close: answerClose(frame.payload); throw ConversationOver{};
        case Opcode::continuation:
            if (!unfinished_) throw FramingError{1002, "a fragment without a beginning"};
            unfinished_->payload += frame.payload;
            break;
        case Opcode::text:
        case Opcode::binary:
            if (unfinished_) throw FramingError{1002, "a new message inside another one"};
            unfinished_ = Message{frame.opcode == Opcode::text, std::move(frame.payload)};
            break;
        default: throw FramingError{1002, "an unknown opcode"};
    }
    if (!frame.final || !unfinished_) return std::nullopt;
    Message message = std::move(*unfinished_);
    unfinished_.reset();
    if (message.isText && !isUtf8(message.payload)) throw FramingError{1007, "a text is not UTF-8"};
    return message;
}

void WebSocketPeer::answerClose(const std::string& payload) {
    constexpr int noCode = 1005;  // RFC 6455, 7.1.5
    int code = noCode;
    if (payload.size() >= 2)
        code = static_cast<unsigned char>(payload[0]) << 8U | static_cast<unsigned char>(payload[1]);
    record_.update([&](Call& call) { call.closeCode = code; });
    if (!closeSent_) send(Opcode::close, payload);
    closeSent_ = true;
}

void WebSocketPeer::send(Opcode opcode, std::string_view payload, Fragment fragment) {
    const bool starts = fragment == Fragment::whole || fragment == Fragment::first;
    const bool ends = fragment == Fragment::whole || fragment == Fragment::last;
    write(headerOf(starts ? opcode : Opcode::continuation, ends, payload.size()).append(payload));
}

void WebSocketPeer::announce(std::uint64_t size) { write(headerOf(Opcode::text, true, size)); }

void WebSocketPeer::write(const std::string& bytes) {
    if (!drip_) return wire_.write(bytes);
    for (const char byte : bytes) {
        wire_.write({&byte, 1});
        wire_.rest(*drip_);
    }
}

void WebSocketPeer::close(int code, std::string_view reason) {
    if (closeSent_) throw ConversationOver{};
    std::string payload = code == 0 ? "" : bigEndian(static_cast<std::uint64_t>(code), 2);
    if (code != 0) payload += beginningOf(reason, kMaxControlBytes - payload.size());
    send(Opcode::close, payload);
    closeSent_ = true;
    const auto end = Clock::now() + kFarewell;
    while (Clock::now() < end) receive(std::chrono::ceil<milliseconds>(end - Clock::now()));
    throw ConversationOver{};
}

void WebSocketPeer::drop() {
    wire_.abort();
    throw ConversationOver{};
}

void WebSocketPeer::waitForLeave() {
    for (;;) receive(std::chrono::hours(1));
}

}  // namespace aiproject::upstream
