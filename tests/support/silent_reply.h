// A reply that takes everything and notes nothing; a test overrides what it looks at.
#pragma once

#include "aiproject/imodel.h"

namespace aiproject::test {

class SilentReply : public IReply {
public:
    bool text(Text /*piece*/) noexcept override { return true; }
    bool thought(Text /*piece*/) noexcept override { return true; }
    bool toolCall(const ToolPiece& /*piece*/) noexcept override { return true; }
    bool bytes(Text /*piece*/) noexcept override { return true; }
    bool vector(const float* /*values*/, std::uint64_t /*count*/) noexcept override { return true; }
    Seen frame(Text /*dialect*/, Text /*message*/) noexcept override { return Seen::passed; }
    void finish(Finish /*reason*/) noexcept override {}
    void usage(const Usage& /*usage*/) noexcept override {}
    void upstreamId(Text /*id*/) noexcept override {}
    void explain(Text /*reason*/) noexcept override {}
    void advise(Text /*sentence*/) noexcept override {}
    void retryAfter(std::uint32_t) noexcept override {}
    ModelStatus follow(IStream& stream, Text /*peer*/) noexcept override {
        stream.destroy();
        return ModelStatus::streaming;
    }
    void guard(int /*descriptor*/, std::uint32_t /*ms*/) noexcept override {}
    Stop stop() noexcept override { return Stop::none; }
    Stop wait(std::uint32_t /*ms*/) noexcept override { return stop(); }
};

}  // namespace aiproject::test
