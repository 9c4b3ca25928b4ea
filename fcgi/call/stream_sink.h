// Frames on their way to the client: as lines, as the original's clients read them, or as server-sent events.
#pragma once

#include "api/dialect.h"
#include "config/config.h"
#include "http/exchange.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace aiproject {

class StreamSink final : public FrameSink {
public:
    StreamSink(Exchange& exchange, OnClientGone onClientGone);

    // Told, before each write, how many tokens of the answer will have gone out with it; none: nobody is.
    void onWrite(std::function<void(std::int64_t tokens)> tell) { tell_ = std::move(tell); }

    void put(std::string_view frame) override;
    bool flush() override;
    void passing(const TokenEstimate& answer) override { passed_ = answer.tokens(); }
    bool isClientGone() const noexcept { return isClientGone_; }

private:
    void start();

    Exchange& exchange_;
    const OnClientGone onClientGone_;
    const bool asEvents_;
    std::string lines_;        // that were not written
    std::int64_t passed_ = 0;  // tokens of the answer, with these lines
    bool isClientGone_ = false;
    std::function<void(std::int64_t)> tell_;
};

}  // namespace aiproject
