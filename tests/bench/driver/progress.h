// What is being done, as one line with the time since the start.
#pragma once

#include <string>

namespace aiproject::bench {

void say(const std::string& line);

}  // namespace aiproject::bench
