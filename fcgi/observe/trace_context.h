// W3C Trace Context (Recommendation of 23 November 2021): what a request says of the trace that it belongs to, and what
// it tells its upstream. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aiproject {

constexpr std::size_t kMostTraceState = 512;  // bytes of tracestate that are passed on

struct TraceContext {
    std::array<char, 16> trace{};  // its id, as bytes
    std::uint64_t parent = 0;      // the span that caused this one
    bool isSampled = false;        // who began the trace records it
};

// The trace that a request belongs to.
struct RequestTrace {
    TraceContext context;    // as it came, or begun here
    std::uint64_t span = 0;  // of this request, with room for more behind it; 0: no spans are made of it

    // What its upstream is told. Without spans of its own a worker passes on what it was told itself.
    TraceContext onward() const noexcept {
        return span == 0 ? context : TraceContext{context.trace, span + kModelSpan, context.isSampled};
    }
    static constexpr std::uint64_t kModelSpan = 1;  // behind `span`: of the call to the model
};

// Nothing: it is not valid, and a new trace may begin. A later version than 00 is read as far as 00 goes.
std::optional<TraceContext> traceContextIn(std::string_view traceparent) noexcept;
// Of version 00.
std::string traceparentOf(const TraceContext& context);
std::string traceIdOf(const TraceContext& context);
// As it came; of one that is too long the members in front, which are the latest. Empty where it cannot stand in a
// header.
std::string_view passedTraceState(std::string_view tracestate) noexcept;

// 16 lower-case digits.
std::string spanIdOf(std::uint64_t span);

}  // namespace aiproject
