// Spark chat: upgrade, one question, its frames, close.
#pragma once

#include "bench/upstream/conversation.h"
#include "bench/upstream/websocket.h"

namespace aiproject::bench {

class WebSocketConversation final : public Conversation {
public:
    using Conversation::Conversation;

private:
    void received() override;
    void encode(const FrameToSend& frame, std::string& out) override;
    void answered() override {}  // the peer closes

    void upgrade();
    void take(const ClientFrame& frame);
    void asked();
    void sayMessage(Opcode opcode, std::string_view payload);

    bool isUpgraded_ = false;
    bool isAsked_ = false;
    std::string question_;
    std::string frame_;  // kept for its memory
};

}  // namespace aiproject::bench
