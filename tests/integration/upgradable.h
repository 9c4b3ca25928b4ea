// A service whose program is in a folder of its own, where a later release can be put in its place.
#pragma once

#include "support/eventually.h"
#include "support/gated_model.h"
#include "support/manager_under_test.h"
#include "support/plugin_folder.h"
#include "support/process_view.h"
#include "support/spec.h"

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace aiproject::test {

constexpr const char* kNextRelease = "99.0.0";
inline std::string nextRelease() { return buildFolder() + "/tests/integration/next_release"; }

struct Upgradable : CppUnit::TestCase {
    using Streams = std::vector<std::unique_ptr<FastcgiClient>>;

    PluginFolder plugins;
    TempDir dir;
    GatedModel gated;
    const std::string program = dir.file("aiproject");
    std::unique_ptr<ManagerUnderTest> manager;

    void setUp() override {
        plugins.add(pluginFolder(), "echo");
        plugins.add(badPluginFolder(), "scripted");
        start();
    }

    void start() {
        using namespace std::chrono_literals;
        std::filesystem::copy(programPath(), program);
        manager = std::make_unique<ManagerUnderTest>(gated.addedTo({{"plugins.dir", plugins.path()},
                                                                    {"pool.model.processes", "2"},
                                                                    {"pool.model.queue_ms", atOurPace(10s, 60s)}}),
                                                     std::vector<std::string>{}, OtherProgram{program});
    }

    // As dpkg does: the new file is whole when it gets its name.
    void put(const std::string& other) const {
        std::filesystem::copy(other, dir.file("aiproject.new"));
        std::filesystem::rename(dir.file("aiproject.new"), program);
    }
    void setFault(const std::string& fault) const {
        dir.write("fault.new", fault);
        std::filesystem::rename(dir.file("fault.new"), dir.file("fault"));
    }
    void configure(const std::string& line) const {
        const std::string file = manager->installation().configFile();
        manager->installation().dir().write("aiproject.properties", readFile(file) + line + "\n");
    }

    Command reloading() const { return {programPath(), {"reload", "-c", manager->installation().configFile()}}; }
    std::string reload(int code) const {
        const Finished done = runToEnd(reloading());
        CPPUNIT_ASSERT_EQUAL_MESSAGE(done.output + manager->installation().log(), code, done.code);
        return done.output;
    }
    std::string release() const { return manager->status()->getValue<std::string>("release"); }
    pid_t statusPid() const { return manager->status()->getValue<pid_t>("pid"); }

    Streams streams(int count, const std::string& uuid) const {
        Streams all;
        for (int i = 0; i < count; ++i) all.push_back(gated.stream(manager->socket("model"), uuid));
        return all;
    }
    static void assertWhole(const Streams& streams) {
        for (const auto& stream : streams) CPPUNIT_ASSERT(GatedModel::isWhole(stream->read()));
    }
    FastcgiAnswer chat(const std::string& uuid) const {
        return ask(manager->socket("model"), jsonRequest("/models/echo/chat", textBody(uuid, "alice", "hi")));
    }
    void assertServes() const {
        for (const char* pool : {"auth", "media", "model"})
            CPPUNIT_ASSERT_EQUAL(200, ask(manager->socket(pool), {"GET", "/healthz", "", {}}).status);
    }
};

}  // namespace aiproject::test
