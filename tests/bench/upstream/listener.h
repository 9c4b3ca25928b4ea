// A free port of 127.0.0.1; each connection that comes begins a conversation.
#pragma once

#include "bench/upstream/conversation.h"

#include <functional>
#include <memory>

namespace aiproject::bench {

class Listener final : public Watcher {
public:
    using Open = std::function<std::unique_ptr<Conversation>(FileDescriptor socket)>;

    Listener(EventLoop& loop, Open open);

    std::uint16_t port() const;
    void ready(std::uint32_t events) override;
    void timerExpired() override {}

private:
    EventLoop& loop_;
    Open open_;
    FileDescriptor socket_;
};

}  // namespace aiproject::bench
