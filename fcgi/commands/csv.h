// Comma-separated values as RFC 4180 has them.
#pragma once

#include <string>
#include <vector>

namespace aiproject {

// A stored text as a field. One that a spreadsheet would run as a formula (=, +, -, @ …) gets a ' in front.
std::string csvText(const std::string& text);

// The line with its CR LF. The fields are as csvText() has made them, or numbers.
std::string csvLine(const std::vector<std::string>& fields);

}  // namespace aiproject
