#include "observe/trace_context.h"

#include "base/hex.h"

#include <algorithm>

namespace aiproject {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::size_t kVersionEnd = 2, kTraceEnd = 35, kParentEnd = 52, kEnd = 55;  // of version 00

// Lower case alone, as the Recommendation wants it. False: it has another character.
template <std::size_t size>
bool readHex(std::string_view digits, std::array<char, size>& bytes) noexcept {
    for (std::size_t i = 0; i < size; ++i) {
        const auto high = kDigits.find(digits[2 * i]), low = kDigits.find(digits[2 * i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) return false;
        bytes[i] = char(high << 4U | low);
    }
    return true;
}

}  // namespace

std::optional<TraceContext> traceContextIn(std::string_view traceparent) noexcept {
    const bool hasForm = traceparent.size() >= kEnd && traceparent[kVersionEnd] == '-' &&
                         traceparent[kTraceEnd] == '-' && traceparent[kParentEnd] == '-';
    if (!hasForm) return std::nullopt;
    TraceContext context;
    std::array<char, 1> version{}, flags{};
    std::array<char, 8> parent{};
    if (!readHex(traceparent, version) || !readHex(traceparent.substr(kVersionEnd + 1), context.trace) ||
        !readHex(traceparent.substr(kTraceEnd + 1), parent) || !readHex(traceparent.substr(kParentEnd + 1), flags))
        return std::nullopt;
    constexpr char never = char(0xff), sampled = 1;
    const bool hasMore = traceparent.size() > kEnd;
    if (version[0] == never || (version[0] == 0 && hasMore) || (hasMore && traceparent[kEnd] != '-'))
        return std::nullopt;
    for (const unsigned char byte : parent) context.parent = context.parent << 8U | byte;
    const bool hasTrace = std::any_of(context.trace.begin(), context.trace.end(), [](char byte) { return byte != 0; });
    if (!hasTrace || context.parent == 0) return std::nullopt;
    context.isSampled = (flags[0] & sampled) != 0;
    return context;
}

std::string traceIdOf(const TraceContext& context) { return hexOf({context.trace.data(), context.trace.size()}); }

std::string spanIdOf(std::uint64_t span) {
    std::array<char, 8> bytes{};
    for (std::size_t i = bytes.size(); i-- > 0; span >>= 8U) bytes[i] = char(span & 0xffU);
    return hexOf({bytes.data(), bytes.size()});
}

std::string traceparentOf(const TraceContext& context) {
    return "00-" + traceIdOf(context) + "-" + spanIdOf(context.parent) + (context.isSampled ? "-01" : "-00");
}

std::string_view passedTraceState(std::string_view tracestate) noexcept {
    const auto isPassed = [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; };
    if (!std::all_of(tracestate.begin(), tracestate.end(), isPassed)) return {};
    if (tracestate.size() <= kMostTraceState) return tracestate;
    const std::size_t end = tracestate.rfind(',', kMostTraceState);
    return end == std::string_view::npos ? std::string_view() : tracestate.substr(0, end);
}

}  // namespace aiproject
