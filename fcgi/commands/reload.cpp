#include "commands/command_line.h"
#include "commands/managed.h"

#include <iostream>

namespace aiproject {
namespace {

void print(const std::string& kind, const std::string& text) {
    (kind == "fail" ? std::cerr : std::cout) << text << std::endl;
}

}  // namespace

int reload(const CommandLine& line) { return managerOf(line).ask("reload", print); }

int stop(const CommandLine& line) {
    const int code = managerOf(line).ask("stop", print);
    std::cout << "stopped\n";
    return code;
}

}  // namespace aiproject
