#include "kit/process_state.h"

#include "kit/child.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cfenv>
#include <clocale>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>

// Of the sanitizers, which count for themselves; asked by its name, since other builds have no header of it.
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" __attribute__((weak)) std::size_t __sanitizer_get_current_allocated_bytes();

namespace aiproject {
namespace {

std::int64_t heapInUse() {
    if (__sanitizer_get_current_allocated_bytes) return std::int64_t(__sanitizer_get_current_allocated_bytes());
    const struct mallinfo2 info = mallinfo2();
    return std::int64_t(info.uordblks + info.hblkhd);
}

std::int64_t residentInUse() {
    if (__sanitizer_get_current_allocated_bytes) return 0;  // a sanitizer keeps what was given back
    std::ifstream status("/proc/self/status");
    constexpr std::string_view begin = "RssAnon:";
    for (std::string line; std::getline(status, line);)
        if (line.compare(0, begin.size(), begin) == 0) return std::atoll(line.c_str() + begin.size()) * 1024;
    return 0;
}

std::int64_t entriesOf(const char* folder) {
    std::int64_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
    return count;
}

std::map<std::string, std::string> environmentNow() {
    std::map<std::string, std::string> all;
    for (char** entry = environ; entry && *entry; ++entry) {
        const std::string text = *entry;
        all[text.substr(0, text.find('='))] = text;
    }
    return all;
}

mode_t maskNow() {
    const mode_t mask = umask(077);
    umask(mask);
    return mask;
}

std::map<int, std::pair<dev_t, ino_t>> descriptorsNow() {
    std::map<int, std::pair<dev_t, ino_t>> all;
    for (int number = 0; number < kFirstOwnDescriptor; ++number) {
        struct stat file {};
        if (fstat(number, &file) == 0) all[number] = {file.st_dev, file.st_ino};
    }
    return all;
}

// Some are the system's own, and cannot be asked for.
bool isSame(const struct sigaction& one, const struct sigaction& other) {
    return one.sa_handler == other.sa_handler && one.sa_flags == other.sa_flags;
}

}  // namespace

Leftovers Leftovers::now() {
    return {heapInUse(), residentInUse(), entriesOf("/proc/self/task"), entriesOf("/proc/self/fd")};
}

SignalMask SignalMask::now() {
    SignalMask mask;
    sigset_t blocked;
    sigemptyset(&blocked);
    pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    for (int number = 1; number < NSIG; ++number)
        mask.blocked_.at(std::size_t(number)) = sigismember(&blocked, number) == 1;
    return mask;
}

int niceNow() { return getpriority(PRIO_PROCESS, 0); }

ProcessState ProcessState::now() {
    ProcessState state;
    std::error_code none;
    state.folder_ = std::filesystem::current_path(none);
    state.locale_ = std::setlocale(LC_ALL, nullptr);
    state.mask_ = maskNow();
    state.environment_ = environmentNow();
    for (int number = 1; number < NSIG; ++number) sigaction(number, nullptr, &state.handlers_.at(std::size_t(number)));
    state.blocked_ = SignalMask::now();
    for (std::size_t i = 0; i < state.limits_.size(); ++i) getrlimit(__rlimit_resource(i), &state.limits_.at(i));
    state.rounding_ = std::fegetround();
    state.nice_ = niceNow();
    for (std::size_t i = 0; i < kTimers.size(); ++i) {
        itimerval timer{};
        getitimer(kTimers.at(i), &timer);
        state.runs_.at(i) = timerisset(&timer.it_value);
    }
    state.descriptors_ = descriptorsNow();
    return state;
}

std::vector<StateChange> ProcessState::changes() const {
    const ProcessState after = now();
    std::vector<StateChange> all;
    const auto note = [&](bool isChanged, const std::string& what) {
        if (isChanged) all.push_back({what});
    };
    note(folder_ != after.folder_, "the working directory is " + after.folder_ + ", and was " + folder_);
    note(locale_ != after.locale_, "the locale is " + after.locale_ + ", and was " + locale_);
    note(mask_ != after.mask_, "the umask is another");
    note(rounding_ != after.rounding_, "numbers are rounded in another way (fesetround)");
    note(std::memcmp(limits_.data(), after.limits_.data(), sizeof limits_) != 0,
         "a limit of the process is another (setrlimit)");
    note(nice_ != after.nice_, "the main thread has another priority (nice, setpriority)");
    note(runs_ != after.runs_, "an alarm or timer of the process was set or ended (alarm, setitimer)");
    for (const auto& [name, entry] : environment_) {
        const auto found = after.environment_.find(name);
        note(found == after.environment_.end() || found->second != entry,
             "the variable " + name + " of the environment is another, or gone");
    }
    for (const auto& [name, entry] : after.environment_)
        note(environment_.count(name) == 0, "the variable " + name + " was added to the environment");
    for (int number = 1; number < NSIG; ++number)
        if (!isSame(handlers_.at(std::size_t(number)), after.handlers_.at(std::size_t(number))))
            all.push_back(
                {std::string("what happens at the signal ") + strsignal(number) + " was changed (sigaction)", true});
    if (blocked_ != after.blocked_) all.push_back({"the signals that are blocked in the main thread are others", true});
    return all;
}

std::vector<std::string> ProcessState::missing() const {
    const auto after = descriptorsNow();
    std::vector<std::string> all;
    for (const auto& [number, file] : descriptors_) {
        const auto found = after.find(number);
        if (found == after.end())
            all.push_back("the descriptor " + std::to_string(number) + ", which is not the plugin's, was closed");
        else if (found->second != file)
            all.push_back("another file is under the descriptor " + std::to_string(number) +
                          ", which is not the plugin's");
    }
    return all;
}

}  // namespace aiproject
