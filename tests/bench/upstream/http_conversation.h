// The same frames over HTTP, one chunk each: as lines, which is what nginx alone can pass through, or as OpenAI's
// events where that path was asked.
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
    bool isOpenAi_ = false;
    std::string frame_;  // kept for its memory
};

}  // namespace aiproject::bench
