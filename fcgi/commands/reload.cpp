#include "commands/command_line.h"
#include "commands/manager_link.h"

#include <iostream>

namespace aiproject {
namespace {

void print(const std::string& kind, const std::string& text) {
    (kind == "fail" ? std::cerr : std::cout) << text << std::endl;
}

}  // namespace

int reload(const CommandLine& line) { return ManagerLink(line).ask("reload", print); }

int stop(const CommandLine& line) {
    const int code = ManagerLink(line).ask("stop", print);
    std::cout << "stopped\n";
    return code;
}

}  // namespace aiproject
