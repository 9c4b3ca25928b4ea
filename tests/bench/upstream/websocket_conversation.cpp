#include "bench/upstream/websocket_conversation.h"

#include <sstream>
#include <stdexcept>

namespace aiproject::bench {

void WebSocketConversation::received() {
    if (!isUpgraded_) return upgrade();
    while (const auto frame = takeFrame(input())) take(*frame);
}

void WebSocketConversation::upgrade() {
    const auto end = input().find("\r\n\r\n");
    if (end == std::string::npos) return;
    Poco::Net::HTTPRequest request;
    std::istringstream head(input().substr(0, end + 4));
    request.read(head);
    input().erase(0, end + 4);
    isUpgraded_ = true;
    afterStep([this, answer = upgradeAnswer(request)] {
        say(answer);
        proceed();
    });
}

void WebSocketConversation::take(const ClientFrame& frame) {
    switch (frame.opcode) {
        case Opcode::close:
            stopAnswering();
            sayMessage(Opcode::close, std::string_view(frame.payload).substr(0, 2));
            return leave();
        case Opcode::ping: return sayMessage(Opcode::pong, frame.payload);
        case Opcode::pong: return;
        case Opcode::continuation:
        case Opcode::text:
        case Opcode::binary:
            if (isAsked_) throw std::runtime_error("a second question on one connection; Spark takes one");
            question_ += frame.payload;
            if (frame.isFinal) asked();
            return;
    }
    throw std::runtime_error("a WebSocket frame of a kind that RFC 6455 does not have");
}

void WebSocketConversation::asked() {
    isAsked_ = true;
    const auto order = findOrder(question_);
    question_ = {};
    if (order) return answer(*order);
    sayMessage(Opcode::text, errorFrame(10004, "the question has no sentence 'bench frames=N gap_us=N bytes=N'"));
}

void WebSocketConversation::sayMessage(Opcode opcode, std::string_view payload) {
    std::string message;
    appendMessage(message, opcode, payload);
    say(message);
}

void WebSocketConversation::encode(const FrameToSend& frame, std::string& out) {
    frame_.clear();
    appendFrame(frame_, frame);
    appendMessage(out, Opcode::text, frame_);
}

}  // namespace aiproject::bench
