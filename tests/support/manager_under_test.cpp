#include "support/manager_under_test.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>

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

std::vector<std::string> serveArguments(const Installation& installation, const std::vector<std::string>& overrides) {
    std::vector<std::string> arguments{"serve", "-c", installation.configFile()};
    for (const auto& entry : overrides) arguments.push_back("-D" + entry);
    return arguments;
}

}  // namespace

ManagerUnderTest::ManagerUnderTest(const Settings& settings, const std::vector<std::string>& overrides)
    : installation_(settings),
      process_({programPath(), serveArguments(installation_, overrides), {}, -1, installation_.dir().file("output")}) {
    if (!eventually([this] { return !process_.isRunning() || isComplete(); }) || !process_.isRunning())
        throw std::runtime_error("serve did not start: " + installation_.log() +
                                 readFile(installation_.dir().file("output")));
}

// The number of processes is the configuration's matter: every worker there is must be ready.
bool ManagerUnderTest::isComplete() const {
    for (const std::string name : {"auth", "media", "model"}) {
        if (!std::filesystem::exists(installation_.dir().file("run/manager.sock"))) return false;
        const auto ready = workers(name);
        if (ready.empty() || ready.size() != workers(name, "").size()) return false;
    }
    return true;
}

Finished ManagerUnderTest::command(const std::string& name) const {
    return runToEnd({programPath(), {name, "-c", installation_.configFile()}});
}

Object::Ptr ManagerUnderTest::status() const {
    const Finished said = runToEnd({programPath(), {"status", "--json", "-c", installation_.configFile()}});
    if (said.code != 0) throw std::runtime_error(said.output);
    return Poco::JSON::Parser().parse(said.output).extract<Object::Ptr>();
}

Object::Ptr ManagerUnderTest::pool(const std::string& name) const {
    auto found = named(*status()->getArray("pools"), name);
    if (!found) throw std::runtime_error("status knows no pool " + name);
    return found;
}

std::vector<pid_t> ManagerUnderTest::workers(const std::string& poolName, const std::string& state) const {
    const auto all = pool(poolName)->getArray("workers");
    std::vector<pid_t> pids;
    for (std::size_t i = 0; i < all->size(); ++i) {
        const auto worker = all->getObject(unsigned(i));
        if (state.empty() || worker->getValue<std::string>("state") == state)
            pids.push_back(worker->getValue<pid_t>("pid"));
    }
    return pids;
}

std::string ManagerUnderTest::stateOf(const std::string& model) const {
    const auto found = named(*pool("model")->getArray("models"), model);
    return found ? found->getValue<std::string>("state") : "";
}

}  // namespace aiproject::test
