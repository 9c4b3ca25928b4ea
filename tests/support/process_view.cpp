#include "support/process_view.h"

#include "support/child_process.h"
#include "support/temp_dir.h"

#include <filesystem>
#include <sstream>
#include <system_error>

namespace aiproject::test {
namespace fs = std::filesystem;

std::vector<std::string> descriptorsOf(pid_t pid, const std::string& explained) {
    std::vector<std::string> targets;
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd", gone)) {
        const std::string target = fs::read_symlink(entry.path(), gone);
        const bool isExplained = !explained.empty() && target.compare(0, explained.size(), explained) == 0;
        if (!gone && !isExplained) targets.push_back(target);
    }
    return targets;
}

long residentSize(pid_t pid) {
    std::istringstream lines(readFile("/proc/" + std::to_string(pid) + "/status"));
    for (std::string word; lines >> word;)
        if (long size = 0; word == "VmRSS:" && lines >> size) return size;
    return 0;
}

std::vector<pid_t> processesAbout(const std::string& folder) {
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        const pid_t pid = std::stoi(name);
        if (readFile(entry.path() / "cmdline").find(folder) != std::string::npos && !hasEnded(pid))
            found.push_back(pid);
    }
    return found;
}

}  // namespace aiproject::test
