// The same frames as OpenAI's chunks in server-sent events.
#pragma once

#include "bench/common/spark_frame.h"

#include <optional>
#include <string>
#include <string_view>

namespace aiproject::bench {

// Appends the event; behind the last frame also the chunk with the reason of the end and the usage, and [DONE].
void appendOpenAiFrame(std::string& out, const FrameToSend& frame);

// One line of the stream. Nothing: it is no frame (a blank line, a comment, a chunk without content, [DONE]).
// ERRORS  std::runtime_error: an error, in its own words, or a content that is not the bench's.
std::optional<FrameSeen> readOpenAiLine(std::string_view line);

}  // namespace aiproject::bench
