#include "bench/common/bench_order.h"

#include <charconv>

namespace aiproject::bench {
namespace {

// Takes `word` and the number behind it off the front; none: something else stands there.
template <class Number>
std::optional<Number> take(std::string_view& text, std::string_view word) {
    if (text.substr(0, word.size()) != word) return std::nullopt;
    text.remove_prefix(word.size());
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(std::size_t(end - text.data()));
    return number;
}

}  // namespace

std::string sentenceOf(const BenchOrder& order) {
    return "bench frames=" + std::to_string(order.frames) + " gap_us=" + std::to_string(order.gap.count()) +
           " bytes=" + std::to_string(order.bytes) +
           (order.wait.count() == 0 ? "" : " wait_ms=" + std::to_string(order.wait.count()));
}

std::optional<BenchOrder> findOrder(std::string_view text) {
    const auto at = text.rfind("bench frames=");
    if (at == std::string_view::npos) return std::nullopt;
    text.remove_prefix(at);
    const auto frames = take<std::uint32_t>(text, "bench frames=");
    const auto gap = take<std::uint32_t>(text, " gap_us=");
    const auto bytes = take<std::uint32_t>(text, " bytes=");
    const bool waits = text.substr(0, 6) == " wait_";
    const auto wait = waits ? take<std::uint32_t>(text, " wait_ms=") : 0;
    if (!frames || !gap || !bytes || !wait || *frames == 0) return std::nullopt;
    return BenchOrder{*frames, std::chrono::microseconds(*gap), *bytes, std::chrono::milliseconds(*wait)};
}

}  // namespace aiproject::bench
