// Tries a generation in processes that are thrown away, before it has workers: `aiproject check`, which loads
// every plugin and makes every model, and what else is asked for, one after the other. `serve` among them is the
// rehearsal, where another program is to go on: does it understand what it will be handed?
#pragma once

#include "base/file_descriptor.h"
#include "manager/generation.h"
#include "manager/handover.h"

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace aiproject {

constexpr const char* kRehearsal = "serve";

class Trial {
public:
    using Commands = std::vector<std::string>;
    using Rehearsal = std::function<NextProgram()>;

    // Errors in `known` do not count: the generation that serves has them as well. Throws when there can be
    // no process. `rehearsal` is asked for when its turn comes, for what this process has open changes meanwhile.
    Trial(const Generation& candidate, Commands commands, std::set<std::string> known, Rehearsal rehearsal = {});
    // Kills what still runs; its end is reaped by whoever reaps.
    ~Trial();
    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;

    // The process ended; false: it is none of this trial's.
    bool reap(pid_t pid, int status);
    // A step that takes too long is an error.
    void look();

    bool isOver() const noexcept { return pid_ == 0; }
    // What was wrong, to be known next time; and what of it speaks against the candidate, in full.
    const std::set<std::string>& errors() const noexcept { return errors_; }
    const std::vector<std::string>& objections() const noexcept { return objections_; }
    // Plugins that are at fault with their files, and what is wrong with each: no objection, the others serve.
    const std::map<std::string, std::string>& badPlugins() const noexcept { return badPlugins_; }
    // What serves, but the operator should know.
    const std::vector<std::string>& warnings() const noexcept { return warnings_; }
    bool isKnown(const std::string& error) const { return known_.count(gist(error)) > 0; }

private:
    bool isRehearsal() const { return stepName() == kRehearsal; }
    const std::string& stepName() const { return commands_.at(step_); }
    bool isDone(const std::string& output, int status);
    void startStep();
    bool takeReport(const std::string& output);
    static std::string gist(const std::string& error);
    void object(const std::string& text);

    const Generation& candidate_;
    const Commands commands_;
    const std::set<std::string> known_;
    const Rehearsal rehearsal_;
    std::size_t step_ = 0;
    pid_t pid_ = 0;
    FileDescriptor output_;  // a file in memory: the step never waits for a reader
    std::chrono::steady_clock::time_point startedAt_;
    std::set<std::string> errors_;
    std::vector<std::string> objections_, warnings_;
    std::map<std::string, std::string> badPlugins_;
};

}  // namespace aiproject
