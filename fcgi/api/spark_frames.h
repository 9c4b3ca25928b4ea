// The one room that knows how Spark's frames look, and with them the documented dialect of clients:
//   {"header":{"code","message","sid","status"},"payload":{"choices":{"status","seq","text":[{"content",
//   "reasoning_content","role","index"}]},"usage":{"text":{"question_tokens", ...}}}}
// A status of 2 says that the frame is the last one. Pure.
#pragma once

#include "api/dialect.h"
#include "api/frame_look.h"

#include <optional>
#include <string>
#include <string_view>

namespace aiproject {

// Of members that come twice the last one counts. A frame without a code of 0 is an error. One whose choices have no
// list is `other`, unless the payload has something else: the original's client cannot step over it.
FrameLook lookAtSpark(std::string_view frame);

bool saysUsage(std::string_view frame, const Usage& usage);
// A last frame with that usage, and all else in it as it is. None: it has a number that no program can write again.
std::optional<std::string> sparkWithUsage(const std::string& frame, const Usage& usage);

std::string sparkText(const FramePlace& place, std::string_view text);
std::string sparkThought(const FramePlace& place, std::string_view thought);
// The last frame, of an answer that is whole.
std::string sparkEnd(const FramePlace& place, std::string_view text, const Usage& usage);
// The same of one that broke; the code is not 0.
std::string sparkBreak(const FramePlace& place, int code, const std::string& message, const Usage& usage);

}  // namespace aiproject
