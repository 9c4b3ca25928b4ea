// An answer of embeddings.
#pragma once

#include "call/call_reply.h"

#include <cstdint>
#include <vector>

namespace aiproject {

// One vector for each text that was asked for, up to a limit of bytes.
class VectorReply final : public CallReply {
public:
    VectorReply(std::size_t texts, std::uint64_t limit) : texts_(texts), limit_(limit) {}

    bool text(Text piece) noexcept override;
    bool thought(Text piece) noexcept override { return text(piece); }
    bool vector(const float* values, std::uint64_t count) noexcept override;

    void checkWhole() noexcept override;

    const std::vector<std::vector<float>>& vectors() const noexcept { return vectors_; }

protected:
    bool take(std::string_view dialect, std::string_view frame, const FrameLook& look) override;

private:
    const std::size_t texts_;
    const std::uint64_t limit_;
    std::uint64_t size_ = 0;
    std::vector<std::vector<float>> vectors_;
};

}  // namespace aiproject
