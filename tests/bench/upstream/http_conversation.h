// The same frames as lines of an HTTP answer, one chunk each: what nginx alone can pass through.
#pragma once

#include "bench/upstream/conversation.h"

namespace aiproject::bench {

class HttpConversation final : public Conversation {
public:
    using Conversation::Conversation;

private:
    void received() override;
    void encode(const FrameToSend& frame, std::string& out) override;
    void answered() override;

    bool keepsAlive_ = false;
    std::string frame_;  // kept for its memory
};

}  // namespace aiproject::bench
