#include "support/process_view.h"

#include "support/temp_dir.h"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <system_error>

namespace aiproject::test {
namespace fs = std::filesystem;

namespace {

constexpr char kGone = '-';

// The letter that a file like /proc/PID/stat has for it.
char stateIn(const fs::path& file) {
    const std::string stat = readFile(file);
    const auto nameEnd = stat.rfind(") ");  // the name may hold anything
    return nameEnd == std::string::npos ? kGone : stat.at(nameEnd + 2);
}

// What /proc/PID/status says after `name`; 0: it is gone.
long numberOf(pid_t pid, const std::string& name) {
    std::istringstream lines(readFile("/proc/" + std::to_string(pid) + "/status"));
    for (std::string word; lines >> word;)
        if (long number = 0; word == name && lines >> number) return number;
    return 0;
}

bool hasArgument(pid_t pid, const std::string& argument) {
    const std::string end(1, '\0');  // of each of them, and of the program's name
    return readFile("/proc/" + std::to_string(pid) + "/cmdline").find(end + argument + end) != std::string::npos;
}

}  // namespace

std::vector<std::string> descriptorsOf(pid_t pid, const std::vector<std::string>& explained) {
    std::vector<std::string> targets;
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd", gone)) {
        const std::string target = fs::read_symlink(entry.path(), gone);
        const bool isExplained = std::any_of(explained.begin(), explained.end(), [&](const std::string& begin) {
            return target.compare(0, begin.size(), begin) == 0;
        });
        if (!gone && !isExplained) targets.push_back(target);
    }
    return targets;
}

long residentSize(pid_t pid) { return numberOf(pid, "VmRSS:"); }

long residentFiles(pid_t pid) { return numberOf(pid, "RssFile:"); }

int threadsOf(pid_t pid) { return int(numberOf(pid, "Threads:")); }

std::vector<int> nicenessesOf(pid_t pid) {
    std::vector<int> all;
    std::error_code gone;
    for (const auto& task : fs::directory_iterator("/proc/" + std::to_string(pid) + "/task", gone))
        all.push_back(getpriority(PRIO_PROCESS, id_t(std::stoi(task.path().filename()))));
    return all;
}

bool hasEnded(pid_t pid) {
    const char state = stateIn("/proc/" + std::to_string(pid) + "/stat");
    return state == kGone || state == 'Z';
}

bool isStopped(pid_t pid) {
    std::error_code gone;
    for (const auto& task : fs::directory_iterator("/proc/" + std::to_string(pid) + "/task", gone))
        if (const char state = stateIn(task.path() / "stat"); state != 'T' && state != 'Z') return false;
    return true;
}

std::vector<pid_t> workersOf(pid_t manager) {
    const std::string pid = std::to_string(manager);
    std::istringstream children(readFile("/proc/" + pid + "/task/" + pid + "/children"));
    std::vector<pid_t> workers;
    for (pid_t child = 0; children >> child;)
        if (hasArgument(child, "worker")) workers.push_back(child);
    return workers;
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
