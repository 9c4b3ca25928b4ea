// Spark's answer frames, made and read without a JSON tree: both are done tens of thousands of times a second.
#pragma once

#include "bench/common/event_loop.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace aiproject::bench {

struct FrameToSend {
    std::uint32_t seq = 0;
    bool isLast = false;
    std::uint32_t bytes = 0;  // of the JSON; one that its members alone exceed is longer
    TimePoint sentAt;
};
// The content of any dialect's frame: "@NANOSECONDS;SEQ;", "1;" in the last one and "0;" else, and words. As many of
// them as bring what `out` has since `begin`, and `rest` bytes behind it, to the size that is wanted.
void appendContent(std::string& out, const FrameToSend& frame, std::size_t begin, std::size_t rest);
// Appends the JSON, without a line end.
void appendFrame(std::string& out, const FrameToSend& frame);
// The upstream's way to refuse: a last frame with a code and no payload. `message` needs no escaping.
std::string errorFrame(int code, std::string_view message);

struct FrameSeen {
    std::uint32_t seq = 0;
    bool isLast = false;
    TimePoint sentAt;
};
// Behind its "@". ERRORS  std::runtime_error.
FrameSeen readContent(std::string_view content);
// ERRORS  std::runtime_error that says what a client would: an error frame's code and message, the code of an answer
//         that is no frame, or what is missing.
FrameSeen readFrame(std::string_view json);

}  // namespace aiproject::bench
