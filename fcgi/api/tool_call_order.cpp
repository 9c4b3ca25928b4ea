#include "api/tool_call_order.h"

#include <algorithm>
#include <string_view>

namespace aiproject {

void ToolCallOrder::number(FrameLook& look) {
    for (ToolPiece& piece : look.toolPieces) {
        if (calls_.size() > kMostToolCalls) return;  // the one too many is refused
        const std::uint32_t place = callOf(piece).place;
        if (place == piece.index) continue;
        piece.index = place;
        look.isWhole = false;
        look.completed.clear();
    }
}

// Some services give each piece of a call another id, but its name to the first one only.
ToolCallOrder::Begun& ToolCallOrder::callOf(const ToolPiece& piece) {
    const auto known = latestOf(piece);
    const std::string id = piece.id.str();
    const bool isAnother =
        known == calls_.end() || (piece.name.size > 0 && !id.empty() && !known->id.empty() && known->id != id);
    if (isAnother) {
        calls_.push_back({piece.index, placeFor(piece.index), id});
        return calls_.back();
    }
    if (known->id.empty()) known->id = id;
    return *known;
}

// Without an index and an id, a name begins a call, and all else goes on with the last one.
ToolCallOrder::Calls::iterator ToolCallOrder::latestOf(const ToolPiece& piece) {
    const auto isIts = [&](const Begun& call) {
        if (piece.index != kUnnumbered) return call.index == piece.index;
        return piece.id.size > 0 ? call.id == std::string_view(piece.id) : piece.name.size == 0;
    };
    const auto found = std::find_if(calls_.rbegin(), calls_.rend(), isIts);
    return found == calls_.rend() ? calls_.end() : std::prev(found.base());
}

// The upstream's own, unless another call has it.
std::uint32_t ToolCallOrder::placeFor(std::uint32_t index) const {
    std::uint32_t next = 0;
    bool isTaken = index == kUnnumbered;
    for (const Begun& call : calls_) {
        next = std::max(next, call.place + 1);
        isTaken |= call.place == index;
    }
    return isTaken ? next : index;
}

}  // namespace aiproject
