// Which tool call of an answer a piece belongs to. Upstreams say it by an index; some leave that out, and some say 0 of
// each. Belongs to one answer. Pure.
#pragma once

#include "api/frame_look.h"

#include <cstdint>
#include <string>
#include <vector>

namespace aiproject {

class ToolCallOrder {
public:
    // Numbers the frame's pieces: those of one call alike. A frame in which something was changed is no longer whole.
    void number(FrameLook& look);

private:
    struct Begun {
        std::uint32_t index;  // the upstream's, or kUnnumbered
        std::uint32_t place;  // ours
        std::string id;
    };
    using Calls = std::vector<Begun>;

    Begun& callOf(const ToolPiece& piece);
    Calls::iterator latestOf(const ToolPiece& piece);
    std::uint32_t placeFor(std::uint32_t index) const;

    Calls calls_;
};

}  // namespace aiproject
