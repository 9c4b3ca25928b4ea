#include "manager/trial.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <array>
#include <stdexcept>

namespace aiproject {
namespace {

constexpr std::chrono::seconds kPatience{120};  // each plugin that hangs takes some of it

constexpr const char* kCheck = "check";

// A plugin may have printed something before.
std::string lastObjectIn(const std::string& output) {
    const auto begin = output.rfind("\n{\n");
    return begin == std::string::npos ? output : output.substr(begin + 1);
}

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
    std::vector<std::string> words{commands_.at(step_)};
    if (words.front() == kCheck) words.emplace_back("--json");
    pid_ = startProcess(commandOf(candidate_, words), nothing.get(), output_.get());
    startedAt_ = std::chrono::steady_clock::now();
}

// Behind it stands what else there is or to do, or what a plugin has said, which is never twice the same.
std::string Trial::gist(const std::string& error) { return error.substr(0, error.find("; ")); }

void Trial::object(const std::string& text) {
    errors_.insert(gist(text));
    if (!isKnown(text)) objections_.push_back(text);
}

// What `check --json` has found. False: that is not there, so it has not come to its end.
bool Trial::takeReport(const std::string& output) {
    try {
        const auto report = Poco::JSON::Parser().parse(lastObjectIn(output)).extract<Poco::JSON::Object::Ptr>();
        const auto bad = report->getArray("bad_plugins");
        std::set<std::string> ofPlugins;
        for (unsigned i = 0; i < bad->size(); ++i) {
            const auto one = bad->getObject(i);
            const auto error = one->getValue<std::string>("error");
            badPlugins_.emplace(one->getValue<std::string>("plugin"), error);
            ofPlugins.insert(error);
            errors_.insert(gist(error));
        }
        for (const auto& error : *report->getArray("errors"))
            if (ofPlugins.count(error) == 0) object(error);
        for (const auto& warning : *report->getArray("warnings")) warnings_.push_back(warning);
        return true;
    } catch (const std::exception&) {  // no such text
        return false;
    }
}

bool Trial::reap(pid_t pid, int status) {
    if (pid_ == 0 || pid != pid_) return false;
    pid_ = 0;
    const std::string output = contentOf(output_.get());
    const bool isGood = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    const bool isTold = commands_.at(step_) == kCheck ? takeReport(output) : isGood;
    if (!isTold) object("aiproject " + commands_.at(step_) + " ended " + endOf(status) + ": " + output);
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
