// One connection of the upstream: the steps until it talks, and the frames of an answer, each at its time. What is
// said in between is the derived class's (WebSocket, HTTP).
//
// OWNERSHIP  the loop's, from begin() on; it retires itself when it ends.
#pragma once

#include "bench/common/bench_order.h"
#include "bench/common/event_loop.h"
#include "bench/common/spark_frame.h"
#include "bench/upstream/link.h"

#include <functional>
#include <string>

namespace aiproject::bench {

class Conversation : public Watcher {
public:
    // stepDelay: how far away this upstream plays to be.
    Conversation(EventLoop& loop, Link link, std::chrono::milliseconds stepDelay);

    void begin();
    void ready(std::uint32_t events) final;
    void timerExpired() final;

protected:
    // input() has grown: take what is complete off its front. ERRORS std::exception: the peer broke the protocol.
    virtual void received() = 0;
    // Appends the frame to `out` as it goes over the wire.
    virtual void encode(const FrameToSend& frame, std::string& out) = 0;
    // The last frame is on its way.
    virtual void answered() = 0;

    std::string& input() noexcept { return input_; }
    bool isAnswering() const noexcept { return isAnswering_; }
    void say(std::string_view bytes) { output_ += bytes; }
    // One step of a far upstream, then `next`.
    void afterStep(std::function<void()> next);
    // The first frame comes after one more step, and what the order has it wait.
    void answer(const BenchOrder& order);
    void stopAnswering() noexcept { isAnswering_ = false; }
    void leave() noexcept { isLeaving_ = true; }  // once everything said is sent
    void proceed() noexcept;                      // as far as it goes without waiting

private:
    void advance();
    void sendFrames();
    bool flush();  // false: gone
    void end();

    EventLoop& loop_;
    Link link_;
    const std::chrono::milliseconds stepDelay_;
    std::function<void()> afterStep_;  // set: the timer stands for a step, and nothing is read
    bool awaitsHello_;
    bool isAnswering_ = false;
    bool isLeaving_ = false;
    bool isOver_ = false;
    std::string input_;
    std::string output_;
    std::size_t sent_ = 0;  // of output_
    BenchOrder order_;
    std::uint32_t nextFrame_ = 0;
    TimePoint nextDue_;
};

}  // namespace aiproject::bench
