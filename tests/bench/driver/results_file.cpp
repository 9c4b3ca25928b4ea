#include "bench/driver/results_file.h"

#include "bench/driver/table.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace aiproject::bench {
namespace {

const std::string kMark = "<!-- run.sh --record puts results below this line -->\n";
const std::string kHead =
    "# Results\n\n"
    "Made by `tests/bench/run.sh --record 'what changed'`, newest first; README.md says what the columns mean.\n"
    "The page at the end is written by hand, from the newest figures.\n\n";
const std::string kPage =
    "<!-- the page by hand begins here; run.sh keeps it -->\n"
    "# What one host holds, what 10 and 100 hosts need\n";

// What /proc says after "name:".
std::string wordsAfter(const std::string& name, const std::string& path) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (line.compare(0, name.size(), name) != 0) continue;
        const auto begin = line.find_first_not_of(" \t", line.find(':') + 1);
        return begin == std::string::npos ? "" : line.substr(begin);
    }
    return "unknown";
}

}  // namespace

std::string withResults(const std::string& file, const std::string& entry) {
    const std::string old = file.empty() ? kHead + kMark + "\n" + kPage : file;
    const auto mark = old.find(kMark);
    if (mark == std::string::npos)
        throw std::runtime_error("RESULTS.md has no line \"" + kMark.substr(0, kMark.size() - 1) +
                                 "\": put it where the newest results belong");
    const auto below = mark + kMark.size();
    return old.substr(0, below) + "\n" + entry + old.substr(below);
}

std::string machine() {
    utsname system{};
    uname(&system);
    const double gib = double(sysconf(_SC_PHYS_PAGES)) * double(sysconf(_SC_PAGESIZE)) / (1024.0 * 1024 * 1024);
    return wordsAfter("model name", "/proc/cpuinfo") + ", " + std::to_string(sysconf(_SC_NPROCESSORS_ONLN)) +
           " cores, " + system.sysname + " " + system.release + ", " + fixed(gib, 0) + " GiB";
}

}  // namespace aiproject::bench
