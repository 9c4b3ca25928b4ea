// How many times longer than on an idle machine things take on this one, now. Limits that only end what would hang, and
// settings of time that no test is about, are multiplied by it.
#pragma once

#include <chrono>
#include <string>

namespace aiproject::test {

// At least 1. Measured by the first who asks, with a piece of work that always costs the same; AIPROJECT_TIME_FACTOR, a
// number, is the least that it answers.
int timeFactor();

// A setting in milliseconds, for a configuration file: `limit` at this machine's pace, but not above `most`, which the
// key allows.
std::string atOurPace(std::chrono::milliseconds limit, std::chrono::milliseconds most);

}  // namespace aiproject::test
