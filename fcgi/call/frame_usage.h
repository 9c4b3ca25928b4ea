// The usage in a last frame: payload.usage.text. Pure.
#pragma once

#include "aiproject/imodel.h"
#include "call/frame_look.h"

#include <optional>
#include <string>

namespace aiproject {

// What bills can rest on: the rule for reports in billing/README.md. Throws std::runtime_error, which says what is
// wrong, for one that does not follow the rule, and for a total of 0, which is what is written for lack of a better
// one; a plugin whose model costs nothing says so with usage().
Usage believedUsage(const ToldUsage& told);

// Whether clients read in it what is billed: the total has to be there, and no part may be another.
bool says(const ToldUsage& told, const Usage& billed);

// The frame with that usage; all else in it stays. None: it has a number that no program can write again.
std::optional<std::string> withUsage(const std::string& frame, const Usage& usage);

}  // namespace aiproject
