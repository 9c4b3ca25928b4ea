// The usage in a last frame: payload.usage.text. Pure.
//
// ERRORS  What the JSON reader throws; std::runtime_error that says what is wrong.
#pragma once

#include <optional>
#include <string>

#include "aiproject/imodel.h"

namespace aiproject {

// What bills can rest on: the rule for reports in billing/README.md. Nothing: the frame has no usage. Throws for one
// that does not follow the rule, and for a total of 0, which is what is written for lack of a better one; a plugin
// whose model costs nothing says so with usage().
std::optional<Usage> usageOf(const std::string& frame);

// The frame with that usage; all else in it stays. A frame that says it already stays byte for byte.
std::string withUsage(const std::string& frame, const Usage& usage);

}  // namespace aiproject
