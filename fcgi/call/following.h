// One stream that a plugin gave to follow(), on its way to its end: its gate and its clocks. Driven by its owner:
// advance() at once, and then whenever what it waits for has come, until it answers `over`; expire() when deadline()
// has passed; end(). One thread at a time, not always the same.
#pragma once

#include "aiproject/imodel.h"
#include "call/call_reply.h"
#include "host/model_registry.h"
#include "host/reply_gate.h"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace aiproject {

// The stream that generate() gave to follow(), to be followed. Null: there is none; what the plugin did wrong about it
// has been told to `reply`. `isBroken`: it has broken the contract otherwise.
IStream* givenStream(CallReply& reply, ModelStatus answered, bool isBroken);

class Following {
public:
    using Clock = std::chrono::steady_clock;

    // `reply` is attached to its call, and it, `model` and `late` outlive this. Owns the stream.
    Following(IStream& stream, std::string peer, const Model& model, CallReply& reply, const Timeouts& timeouts,
              LateUse* late);
    ~Following();
    Following(const Following&) = delete;
    Following& operator=(const Following&) = delete;

    int descriptor() const noexcept { return descriptor_; }
    // Once, behind the gate; then the reply is flushed. `over`: it has ended, has broken the contract, or the call
    // ends.
    Step advance();

    // Of the first frame, or the next one. It starts anew when advance() has handed something on.
    Clock::time_point deadline() const noexcept { return deadline_; }
    // The time stands still while the client does not take what is there.
    void pause() noexcept;
    void resume() noexcept;
    // The deadline has passed.
    void expire();
    // The plugin broke the contract, as its driver sees.
    void fail(const std::string& reason);
    void failForDescriptor();  // it was closed, or replaced

    // How it ended, once it is over.
    ModelStatus end();

private:
    enum class State { open, saidOver, ended, broken };

    void takeDescriptor();
    void destroy(IStream& stream) const;
    bool hasDescriptor() const noexcept;
    void judge(std::uint64_t handedOnBefore);
    void explainTotal();
    void restart(std::uint32_t ms) noexcept { deadline_ = Clock::now() + std::chrono::milliseconds(ms); }

    IStream& stream_;
    const std::string peer_;
    CallReply& reply_;
    StreamGate gate_;
    const int row_;  // of the model, on the board
    const std::uint32_t firstFrameMs_, idleFrameMs_, totalMs_;
    const Clock::time_point totalUntil_;
    int descriptor_ = -1;
    dev_t device_ = 0;  // of what was under it at first, with inode_
    ino_t inode_ = 0;
    State state_ = State::open;
    bool hasFirst_ = false;
    std::uint32_t fruitless_ = 0;  // advances in a row that handed nothing on
    Clock::time_point deadline_;
    Clock::duration paused_{};  // what was left
};

}  // namespace aiproject
