// What a call wants of the upstream, as a sentence within its question: `bench frames=20 gap_us=500000 bytes=350`, and
// ` wait_ms=10000` behind it where the first frame comes late.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aiproject::bench {

struct BenchOrder {
    std::uint32_t frames = 1;           // the last one included
    std::chrono::microseconds gap{0};   // between frames; zero: as fast as the peer takes them
    std::uint32_t bytes = 350;          // of each frame's JSON
    std::chrono::milliseconds wait{0};  // before the first frame
};

std::string sentenceOf(const BenchOrder& order);
// The last such sentence of a text; none: there is none, or it is damaged, or wants no frame.
std::optional<BenchOrder> findOrder(std::string_view text);

}  // namespace aiproject::bench
