#include "bench/upstream/conversation.h"

#include <Poco/Exception.h>

#include <algorithm>
#include <iostream>
#include <utility>

namespace aiproject::bench {
namespace {

constexpr int kFramesPerTurn = 16;  // of a stream without gaps, before others have theirs

}  // namespace

Conversation::Conversation(EventLoop& loop, Link link, std::chrono::milliseconds stepDelay)
    : loop_(loop), link_(std::move(link)), stepDelay_(stepDelay), awaitsHello_(link_.isTls()) {}

void Conversation::begin() {
    loop_.watch(link_.descriptor(), *this);
    afterStep([this] { proceed(); });
}

void Conversation::ready(std::uint32_t /*events*/) {
    if (!afterStep_) proceed();
}

void Conversation::timerExpired() {
    if (!afterStep_) return proceed();
    const auto next = std::exchange(afterStep_, nullptr);
    next();
}

void Conversation::afterStep(std::function<void()> next) {
    if (stepDelay_.count() == 0) return next();
    afterStep_ = std::move(next);
    loop_.setTimer(*this, Clock::now() + stepDelay_);
}

void Conversation::answer(const BenchOrder& order) {
    order_ = order;
    nextFrame_ = 0;
    isAnswering_ = true;
    afterStep([this] {
        nextDue_ = Clock::now() + order_.wait;
        if (stepDelay_.count() != 0) proceed();  // else the caller's turn is still running
    });
}

void Conversation::proceed() noexcept try {
    if (!isOver_) advance();
} catch (const Poco::Exception& e) {
    std::cerr << "bench_upstream: a connection was ended: " << e.displayText() << '\n';
    end();
} catch (const std::exception& e) {
    std::cerr << "bench_upstream: a connection was ended: " << e.what() << '\n';
    end();
}

void Conversation::advance() {
    if (awaitsHello_) {
        if (!link_.hasBytes()) return;
        awaitsHello_ = false;
        return afterStep([this] { proceed(); });
    }
    if (!link_.shakeHands()) return;
    const bool isThere = link_.receive(input_);
    if (!input_.empty()) received();
    if (isOver_) return;
    if (!isThere || !flush()) return end();
    if (isAnswering_ && !afterStep_) sendFrames();
    if (isLeaving_ && output_.empty()) end();
}

void Conversation::sendFrames() {
    for (int count = 0; isAnswering_ && !afterStep_ && output_.empty(); ++count) {
        const TimePoint now = Clock::now();
        if (nextDue_ > now) return loop_.setTimer(*this, nextDue_);
        if (count == kFramesPerTurn) return loop_.setTimer(*this, now);
        const bool isLast = nextFrame_ + 1 == order_.frames;
        encode({nextFrame_++, isLast, order_.bytes, now}, output_);
        nextDue_ = std::max(nextDue_ + order_.gap, now);
        if (!flush()) return end();
        if (!isLast) continue;
        isAnswering_ = false;
        answered();
    }
}

bool Conversation::flush() {
    while (sent_ < output_.size()) {
        const auto taken = link_.send(std::string_view(output_).substr(sent_));
        if (!taken) return false;
        if (*taken == 0) return true;
        sent_ += *taken;
    }
    output_.clear();
    sent_ = 0;
    return true;
}

void Conversation::end() {
    if (std::exchange(isOver_, true)) return;
    loop_.retire(*this);
}

}  // namespace aiproject::bench
