// What a command asks of who runs it. ERRORS  NotUnderstood where standard input cannot answer. THREADS  main's.
#pragma once

#include <string>

namespace aiproject {

// From a terminal: asked twice and not shown, on standard error so that the output stays clean; else one line of
// standard input. std::runtime_error when the two differ.
std::string askPassword(const std::string& userName);

// True when `expected` is typed in answer. Where standard input is no terminal nobody can be asked: `otherwise` says
// which option to give.
bool confirm(const std::string& question, const std::string& expected, const std::string& otherwise);

}  // namespace aiproject
