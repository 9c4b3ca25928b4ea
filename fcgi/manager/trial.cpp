#include "manager/trial.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <array>
#include <sstream>
#include <stdexcept>

namespace aiproject {
namespace {

constexpr std::chrono::seconds kPatience{120};  // each plugin that hangs takes some of it

std::string contentOf(int file) {
    std::string content;
    std::array<char, 4096> piece;
    for (off_t at = 0;;) {
        const ssize_t got = pread(file, piece.data(), piece.size(), at);
        if (got <= 0) return content;
        content.append(piece.data(), got);
        at += got;
    }
}

}  // namespace

Trial::Trial(const Generation& candidate, Commands commands, std::set<std::string> known)
    : candidate_(candidate), commands_(std::move(commands)), known_(std::move(known)) {
    startStep();
}

Trial::~Trial() {
    if (pid_ > 0) kill(pid_, SIGKILL);
}

void Trial::startStep() {
    output_ = FileDescriptor(memfd_create("aiproject-trial", MFD_CLOEXEC));
    const FileDescriptor nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!output_ || !nothing) throw std::runtime_error("the trial of a new generation cannot be started");
    pid_ = startProcess(commandOf(candidate_, {commands_.at(step_)}), nothing.get(), output_.get());
    startedAt_ = std::chrono::steady_clock::now();
}

void Trial::object(const std::string& text) {
    const std::string what = text.substr(0, text.find("; "));  // behind it stands what else there is, or to do
    errors_.insert(what);
    if (known_.count(what) == 0) objections_.push_back(text);
}

// "error: …" is how check reports; anything else that fails says so in plain lines. False: no such line.
bool Trial::takeOutput() {
    const std::string mark = "error: ";
    std::istringstream lines(contentOf(output_.get()));
    bool any = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.compare(0, mark.size(), mark) != 0) continue;
        any = true;
        object(line.substr(mark.size()));
    }
    return any;
}

bool Trial::reap(pid_t pid, int status) {
    if (pid_ == 0 || pid != pid_) return false;
    pid_ = 0;
    const bool isGood = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!isGood && !takeOutput())  // of a good one, what a plugin has printed
        object("aiproject " + commands_.at(step_) + " ended " + endOf(status) + ": " + contentOf(output_.get()));
    if (!objections_.empty() || ++step_ == commands_.size()) return true;
    try {
        startStep();
    } catch (const std::exception& e) {
        object(e.what());
    }
    return true;
}

void Trial::look() {
    if (pid_ == 0 || std::chrono::steady_clock::now() < startedAt_ + kPatience) return;
    object("aiproject " + commands_.at(step_) + " did not end in time");
    kill(pid_, SIGKILL);
}

}  // namespace aiproject
