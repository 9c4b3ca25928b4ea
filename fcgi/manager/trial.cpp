#include "manager/trial.h"

#include "manager/memory_file.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

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

}  // namespace

Trial::Trial(const Generation& candidate, Commands commands, std::set<std::string> known, Rehearsal rehearsal)
    : candidate_(candidate),
      commands_(std::move(commands)),
      known_(std::move(known)),
      rehearsal_(std::move(rehearsal)) {
    startStep();
}

Trial::~Trial() {
    if (pid_ > 0) kill(pid_, SIGKILL);
}

void Trial::startStep() {
    output_ = memoryFile("aiproject-trial");
    const FileDescriptor nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!nothing) throw std::runtime_error("the trial of a new generation cannot be started");
    std::vector<std::string> words{stepName()};
    if (words.front() == kCheck) words.emplace_back("--json");
    const NextProgram next = isRehearsal() ? rehearsal_() : NextProgram{commandOf(candidate_, words), nullptr};
    pid_ = startProcess(next.program, nothing.get(), output_.get());
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

bool Trial::isDone(const std::string& output, int status) {
    if (stepName() == kCheck) return takeReport(output);
    const bool isGood = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return isGood && (!isRehearsal() || output.find(kUnderstood) != std::string::npos);
}

bool Trial::reap(pid_t pid, int status) {
    if (pid_ == 0 || pid != pid_) return false;
    pid_ = 0;
    const std::string output = contentOf(output_.get());
    if (!isDone(output, status)) object("aiproject " + stepName() + " ended " + endOf(status) + ": " + output);
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
    object("aiproject " + stepName() + " did not end in time");
    kill(pid_, SIGKILL);
}

}  // namespace aiproject
