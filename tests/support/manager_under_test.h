// `aiproject serve` with its own folder, and what it says of itself.
#pragma once

#include "support/worker_under_test.h"

#include <Poco/JSON/Object.h>

#include <string>
#include <vector>

namespace aiproject::test {

// Which program, if not the one that is built, and what it finds in its environment beside ours.
struct OtherProgram {
    std::string path = programPath();
    std::map<std::string, std::string> environment{};
};

class ManagerUnderTest {
public:
    // Waits until all workers are ready. `overrides` are "key=value", for -D.
    explicit ManagerUnderTest(const Settings& settings = {}, const std::vector<std::string>& overrides = {},
                              const OtherProgram& program = {});

    const Installation& installation() const noexcept { return installation_; }
    ChildProcess& process() noexcept { return process_; }
    std::string socket(const std::string& pool) const { return installation_.socket(pool); }

    // `aiproject COMMAND` for this installation, a process of its own.
    Finished command(const std::string& name) const;
    void assertReloads() const;
    // What `aiproject status --json` prints, from the manager itself. This and what follows throw NotYet when it
    // answers nothing.
    Poco::JSON::Object::Ptr status() const;
    Poco::JSON::Object::Ptr pool(const std::string& name) const;
    // Of one pool, in that state ("ready", "draining" …); "": all.
    std::vector<pid_t> workers(const std::string& pool, const std::string& state = "ready") const;
    // "serving", "failing", "quarantined"; "": the pool knows no such model.
    std::string stateOf(const std::string& model) const;

    std::size_t logged(const std::string& word) const { return countOf(installation_.log(), word); }

    std::string newUser(const std::string& name) const { return test::newUser(socket("auth"), name); }

private:
    bool isComplete() const;

    Installation installation_;
    ChildProcess process_;
};

}  // namespace aiproject::test
