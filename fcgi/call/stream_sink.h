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
    StreamSink(Exchange& exchange, OnClientGone onClientGone, StreamForm::Framing framing);

    // Told, before each write, how many tokens of the answer will have gone out with it; none: nobody is.
    void onWrite(std::function<void(std::int64_t tokens)> tell) { tell_ = std::move(tell); }

    void put(std::string_view frame) override;
    bool flush() override;
    // Tells a client that nothing has come yet: a line that readers of server-sent events skip. As flush().
    bool comment();
    bool hasStarted() const noexcept { return hasStarted_; }
    std::uint64_t writes() const noexcept { return writes_; }
    void passing(const TokenEstimate& answer) override { passed_ = answer.tokens(); }
    bool isClientGone() const noexcept { return isClientGone_; }

private:
    bool write(std::string_view bytes);
    void start();

    Exchange& exchange_;
    const OnClientGone onClientGone_;
    const bool asEvents_;
    std::string lines_;        // that were not written
    std::int64_t passed_ = 0;  // tokens of the answer, with these lines
    bool isClientGone_ = false;
    bool hasStarted_ = false;
    std::uint64_t writes_ = 0;
    std::function<void(std::int64_t)> tell_;
};

}  // namespace aiproject
