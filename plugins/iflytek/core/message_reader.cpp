#include "iflytek/core/message_reader.h"

#include "iflytek/core/encoding.h"

#include <Poco/Exception.h>

#include <string>

namespace aiproject::iflytek {
namespace {

using Poco::Net::WebSocket;

// RFC 6455, 7.4: the codes that may stand in a close frame.
bool isCloseCode(unsigned code) {
    const bool isStandard = code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
    return isStandard || (code >= 3000 && code <= 4999);
}

struct CloseWords {
    std::string said;
    std::string fault;                    // how the frame breaks RFC 6455
    std::optional<std::uint16_t> answer;  // nothing: what it said itself
};

CloseWords wordsOf(std::string_view payload) {
    constexpr std::size_t codeBytes = 2;
    constexpr std::uint16_t protocolError = 1002, invalidText = 1007;
    if (payload.empty()) return {"no code", "", std::nullopt};
    if (payload.size() < codeBytes) return {"no code", "; its close frame has half a code", protocolError};
    const unsigned code = static_cast<unsigned char>(payload[0]) * 256U + static_cast<unsigned char>(payload[1]);
    const std::string said = "code " + std::to_string(code), reason(payload.substr(codeBytes));
    if (!isUtf8(reason)) return {said, "; the reason in its close frame is no UTF-8", invalidText};
    if (!isCloseCode(code)) return {said, "; a close frame may not have that code", protocolError};
    return {reason.empty() ? said : said + " (" + reason + ")", "", std::nullopt};
}

}  // namespace

MessageReader::MessageReader(WebSocket& socket, ReadAhead& bytes, const CallDeadlines& deadlines)
    : socket_(socket), bytes_(bytes), deadlines_(deadlines) {}

std::string_view MessageReader::next() {
    for (;;) {
        if (const auto message = takeFrame()) return *message;
    }
}

std::optional<std::string_view> MessageReader::takeFrame() {
    deadlines_.check();
    try {
        if (bytes_.held().empty() && !bytes_.fill()) ended();
        std::string_view rest = bytes_.held();
        const auto frame = decoder_.take(rest);
        bytes_.skip(bytes_.held().size() - rest.size());
        return frame ? take(*frame) : std::nullopt;
    } catch (const FrameFault& fault) {
        goodbye_ = fault.closeCode();
        deadlines_.fail(ModelStatus::failed, fault.what());
    } catch (const Poco::Exception& e) {
        deadlines_.fail(ModelStatus::unavailable, "the connection to the upstream broke: " + e.displayText());
    }
}

std::optional<std::string_view> MessageReader::take(const Frame& frame) {
    switch (frame.kind) {
        case FrameKind::text: return frame.payload;
        case FrameKind::ping: answer(WebSocket::FRAME_OP_PONG, frame.payload); return std::nullopt;
        case FrameKind::pong: return std::nullopt;
        case FrameKind::close: closed(frame.payload);
    }
    return std::nullopt;
}

void MessageReader::ended() const {
    deadlines_.fail(ModelStatus::unavailable, decoder_.isInsideFrame()
                                                  ? "the upstream broke off in the middle of a frame"
                                                  : "the upstream ended the connection before the end of the answer");
}

void MessageReader::answer(int opcode, std::string_view payload) {
    socket_.sendFrame(payload.data(), static_cast<int>(payload.size()), WebSocket::FRAME_FLAG_FIN | opcode);
}

void MessageReader::closed(std::string_view payload) {
    const CloseWords close = wordsOf(payload);
    std::string text = "the upstream closed with " + close.said;
    goodbye_ = close.answer;
    if (!goodbye_) {
        try {
            answer(WebSocket::FRAME_OP_CLOSE, payload);
        } catch (const Poco::Exception&) {
            text += ", and was gone at once";  // the close that it sent is what counts
        }
    }
    deadlines_.fail(ModelStatus::unavailable, text + " before the end of the answer" + close.fault);
}

}  // namespace aiproject::iflytek
