#include "support/manager_under_test.h"

#include "support/control_client.h"
#include "support/eventually.h"
#include "support/process_view.h"

#include <Poco/JSON/Array.h>

#include <stdexcept>

namespace aiproject::test {
namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

Object::Ptr named(const Array& objects, const std::string& name) {
    for (std::size_t i = 0; i < objects.size(); ++i)
        if (auto object = objects.getObject(unsigned(i)); object->getValue<std::string>("name") == name) return object;
    return nullptr;
}

Object::Ptr poolIn(const Object& status, const std::string& name) {
    auto found = named(*status.getArray("pools"), name);
    if (!found) throw std::runtime_error("status knows no pool " + name);
    return found;
}

// In that state, without those whose death the manager has not seen yet; "": in any.
std::vector<pid_t> workersIn(const Object& pool, const std::string& state) {
    const auto all = pool.getArray("workers");
    std::vector<pid_t> pids;
    for (std::size_t i = 0; i < all->size(); ++i) {
        const auto worker = all->getObject(unsigned(i));
        const auto pid = worker->getValue<pid_t>("pid");
        if (state.empty() || (worker->getValue<std::string>("state") == state && !hasEnded(pid))) pids.push_back(pid);
    }
    return pids;
}

std::vector<std::string> serveArguments(const Installation& installation, const std::vector<std::string>& overrides) {
    std::vector<std::string> arguments{"serve", "-c", installation.configFile()};
    for (const auto& entry : overrides) arguments.push_back("-D" + entry);
    return arguments;
}

}  // namespace

ManagerUnderTest::ManagerUnderTest(const Settings& settings, const std::vector<std::string>& overrides,
                                   const OtherProgram& program)
    : installation_(settings),
      process_({program.path, serveArguments(installation_, overrides), program.environment, -1,
                installation_.dir().file("output")}) {
    if (!eventually([this] { return !process_.isRunning() || isComplete(); }) || !process_.isRunning())
        throw std::runtime_error("serve did not start: " + installation_.log() +
                                 readFile(installation_.dir().file("output")));
}

// The number of processes is the configuration's matter: every worker there is must be ready.
bool ManagerUnderTest::isComplete() const {
    const Object::Ptr now = status();
    const auto isReady = [&](const char* name) {
        const Object::Ptr pool = poolIn(*now, name);
        const auto ready = workersIn(*pool, "ready");
        return !ready.empty() && ready.size() == workersIn(*pool, "").size();
    };
    return isReady("auth") && isReady("media") && isReady("model");
}

Finished ManagerUnderTest::command(const std::string& name) const {
    return runToEnd({programPath(), {name, "-c", installation_.configFile()}});
}

void ManagerUnderTest::assertReloads() const {
    const Finished done = command("reload");
    CPPUNIT_ASSERT_EQUAL_MESSAGE(done.output, 0, done.code);
}

Object::Ptr ManagerUnderTest::status() const {
    return objectOf(askForStatus(installation_.dir().file("run/manager.sock")));
}

Object::Ptr ManagerUnderTest::pool(const std::string& name) const { return poolIn(*status(), name); }

std::vector<pid_t> ManagerUnderTest::workers(const std::string& poolName, const std::string& state) const {
    return workersIn(*pool(poolName), state);
}

std::string ManagerUnderTest::stateOf(const std::string& model) const {
    const auto found = named(*pool("model")->getArray("models"), model);
    return found ? found->getValue<std::string>("state") : "";
}

}  // namespace aiproject::test
