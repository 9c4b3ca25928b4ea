#include "iflytek/core/message_reader.h"

#include "iflytek/core/encoding.h"

#include <Poco/Net/NetException.h>

namespace aiproject::iflytek {
namespace {

using Poco::Net::WebSocket;

constexpr int kReservedBits = 0x70;

const std::string kTooLarge = "a message of the upstream is larger than " + std::to_string(kMaxMessageBytes) + " bytes";

}  // namespace

MessageReader::MessageReader(WebSocket& socket, const CallDeadlines& deadlines)
    : socket_(socket), deadlines_(deadlines) {
    socket_.setMaxPayloadSize(kMaxMessageBytes);
}

std::string_view MessageReader::next() {
    for (;;) {
        if (const auto message = takeFrame()) return *message;
    }
}

std::optional<std::string_view> MessageReader::takeFrame() {
    deadlines_.check();
    frame_.resize(0);
    int flags = 0;
    Message message;
    try {
        const int size = socket_.receiveFrame(frame_, flags);
        // 0 is also the size of an empty message and an empty ping; only those have flags.
        if (size <= 0 && flags == 0)
            deadlines_.fail(ModelStatus::unavailable, "the upstream ended the connection before the end of the answer");
        message = take(flags);
    } catch (const Poco::Net::WebSocketException& e) {
        if (e.code() == WebSocket::WS_ERR_PAYLOAD_TOO_BIG) deadlines_.fail(ModelStatus::failed, kTooLarge);
        deadlines_.fail(ModelStatus::unavailable, "the upstream broke off in the middle of a frame");
    } catch (const Poco::Exception& e) {
        deadlines_.fail(ModelStatus::unavailable, "the connection to the upstream broke: " + e.displayText());
    }
    if (message && !isUtf8(*message)) deadlines_.fail(ModelStatus::failed, "a message of the upstream is no UTF-8");
    return message;
}

MessageReader::Message MessageReader::take(int flags) {
    if (flags & kReservedBits) deadlines_.fail(ModelStatus::failed, "the upstream used reserved bits of a frame");
    const bool isFinal = flags & WebSocket::FRAME_FLAG_FIN;
    switch (flags & WebSocket::FRAME_OP_BITMASK) {
        case WebSocket::FRAME_OP_TEXT:
            if (isOpen_) deadlines_.fail(ModelStatus::failed, "the upstream began a message inside another");
            if (isFinal) return std::string_view(frame_.begin(), frame_.size());
            parts_.clear();
            return append(false);
        case WebSocket::FRAME_OP_CONT:
            if (!isOpen_)
                deadlines_.fail(ModelStatus::failed, "the upstream continued a message that it had not begun");
            return append(isFinal);
        case WebSocket::FRAME_OP_BINARY:
            deadlines_.fail(ModelStatus::failed, "the upstream sent a binary message; this protocol has text only");
        case WebSocket::FRAME_OP_PING: answer(WebSocket::FRAME_OP_PONG); return std::nullopt;
        case WebSocket::FRAME_OP_PONG: return std::nullopt;
        case WebSocket::FRAME_OP_CLOSE: closed();
        default: deadlines_.fail(ModelStatus::failed, "the upstream sent a frame of an unknown kind");
    }
}

MessageReader::Message MessageReader::append(bool isFinal) {
    if (parts_.size() + frame_.size() > kMaxMessageBytes) deadlines_.fail(ModelStatus::failed, kTooLarge);
    parts_.append(frame_.begin(), frame_.size());
    isOpen_ = !isFinal;
    return isFinal ? Message(parts_) : std::nullopt;
}

void MessageReader::answer(int opcode) {
    socket_.sendFrame(frame_.begin(), static_cast<int>(frame_.size()), WebSocket::FRAME_FLAG_FIN | opcode);
}

void MessageReader::closed() {
    std::string text = "no code";
    if (frame_.size() >= 2) {
        const auto high = static_cast<unsigned char>(frame_[0]);
        const auto low = static_cast<unsigned char>(frame_[1]);
        text = "code " + std::to_string(high * 256 + low);
        const std::string reason(frame_.begin() + 2, frame_.size() - 2);
        if (!reason.empty() && isUtf8(reason)) text += " (" + reason + ")";
    }
    try {
        answer(WebSocket::FRAME_OP_CLOSE);
    } catch (const Poco::Exception&) {
        text += ", and was gone at once";  // the close that it sent is what counts
    }
    deadlines_.fail(ModelStatus::unavailable, "the upstream closed with " + text + " before the end of the answer");
}

}  // namespace aiproject::iflytek
