// What a release may get wrong that is installed over one that serves. The file `fault` beside the program says what:
//   start      no command of it comes to an end
//   rehearsal  `serve` crashes when it is handed something; `migrate` leaves the file `migrated`
//   workers    no worker comes to serve
//   tried      `check` waits until `fault` says something else
//   held       workers wait until `fault` says something else
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace {

std::string fault() {
    std::string text;
    std::ifstream(std::filesystem::read_symlink("/proc/self/exe").parent_path() / "fault") >> text;
    return text;
}

// glibc gives constructors the arguments of main().
__attribute__((constructor)) void fail(int count, char** words, char**) {
    const std::string command = count > 1 ? words[1] : "", wanted = fault();
    if (wanted == "start") std::abort();
    if (wanted == "rehearsal" && command == "serve") std::abort();
    if (wanted == "workers" && command == "worker") _exit(3);
    if (wanted == "rehearsal" && command == "migrate")
        std::ofstream(std::filesystem::read_symlink("/proc/self/exe").parent_path() / "migrated") << "yes\n";
    while ((command == "worker" && fault() == "held") || (command == "check" && fault() == "tried"))
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

}  // namespace
