// An answer in one piece.
#pragma once

#include "call/call_reply.h"

#include <cstdint>
#include <string>

namespace aiproject {

// One text, up to a limit. Thoughts are not in it.
class CollectReply final : public CallReply {
public:
    explicit CollectReply(std::uint64_t limit) : limit_(limit) {}

    bool text(Text piece) noexcept override;
    bool thought(Text piece) noexcept override;

    const std::string& text() const noexcept { return text_; }

protected:
    bool take(std::string_view dialect, std::string_view frame, const FrameLook& look) override;

private:
    bool add(std::string_view text) noexcept;

    const std::uint64_t limit_;
    std::string text_;
};

}  // namespace aiproject
