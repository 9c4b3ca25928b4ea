// What options mean. ERRORS  NotUnderstood, which names the option, the text and what may stand there.
#pragma once

#include "base/error.h"
#include "base/most_units.h"
#include "commands/command_line.h"

#include <cstdint>
#include <string>

namespace aiproject {

// A whole number from `least` to kMostUnits; `otherwise` when the option is not given.
std::int64_t numberOf(const CommandLine& line, const std::string& option, std::int64_t least, std::int64_t otherwise);

// Of an account to be: a number, or -1 or "unlimited".
std::int64_t balanceOf(const CommandLine& line, const std::string& option, std::int64_t otherwise);

// YYYY-MM-DD: milliseconds since 1970 at 0:00 UTC of that day; at 0:00 UTC of the next one.
std::int64_t dayOf(const CommandLine& line, const std::string& option, std::int64_t otherwise);
std::int64_t dayAfter(const CommandLine& line, const std::string& option, std::int64_t otherwise);
// The same, or that time: YYYY-MM-DDTHH:MM:SSZ.
std::int64_t endOf(const CommandLine& line, const std::string& option, std::int64_t otherwise);

// What `check` answers. What it refuses is no fault of ours: the command line, or what was typed, is to be changed.
template <class Check>
auto understood(const Check& check) {
    try {
        return check();
    } catch (const Error& e) {
        throw NotUnderstood(e.what());
    }
}

}  // namespace aiproject
