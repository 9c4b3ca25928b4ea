// Command line and configuration file of the program upstream-simulator.
#pragma once

#include "upstream/simulator.h"

#include <string>
#include <vector>

namespace aiproject::upstream {

struct ProgramOptions {
    Options simulator;
    std::string readyFile;  // empty: none
    bool help = false;      // --help was among the arguments; nothing else was looked at
};

// -c FILE, -Dkey=value (wins over the file), --help. Throws std::invalid_argument with one line that
// names the key and what is allowed.
ProgramOptions readProgramOptions(const std::vector<std::string>& arguments);

// What --help says: each key with its default and what is allowed.
std::string programHelp();

}  // namespace aiproject::upstream
