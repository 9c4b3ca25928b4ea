// What systemd hears of a service of Type=notify.
#include "integration/upgradable.h"

#include "base/file_descriptor.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>

using namespace aiproject::test;

namespace {

struct ServiceManager : CppUnit::TestCase {
    TempDir dir;
    PluginFolder plugins;
    const std::string program = dir.file("aiproject");
    aiproject::FileDescriptor listening{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    std::unique_ptr<ManagerUnderTest> manager;
    std::string heard;

    void setUp() override {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        dir.file("notify").copy(address.sun_path, sizeof address.sun_path - 1);
        CPPUNIT_ASSERT_EQUAL(0, bind(listening.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
        std::filesystem::copy(programPath(), program);
        plugins.add(pluginFolder(), "echo");
    }

    void start(const Settings& settings = {}) {
        Settings all = settings;
        all["plugins.dir"] = plugins.path();
        manager = std::make_unique<ManagerUnderTest>(all, std::vector<std::string>{},
                                                     OtherProgram{program, {{"NOTIFY_SOCKET", dir.file("notify")}}});
    }

    // So far, a line for each variable.
    bool hasHeard(const std::string& words) {
        std::array<char, 1024> packet;
        for (ssize_t got = 0; (got = recv(listening.get(), packet.data(), packet.size(), 0)) > 0;)
            heard += std::string(packet.data(), std::size_t(got)) + "\n";
        return heard.find(words) != std::string::npos;
    }
    void reload(int code) const {
        const Finished done = manager->command("reload");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(done.output, code, done.code);
    }
};

}  // namespace

SPEC(ServiceManager, hears_when_all_pools_serve_and_when_the_service_ends) {
    start();
    ASSERT_EVENTUALLY(hasHeard("READY=1\nSTATUS=generation 1 of release "));
    CPPUNIT_ASSERT_MESSAGE(heard, hasHeard("serves: auth 1 of 1, media 1 of 1, model 2 of 2 workers\n"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), countOf(heard, "READY=1"));
    manager->process().signal(SIGTERM);
    CPPUNIT_ASSERT_EQUAL(0, manager->process().wait().value_or(-1));
    CPPUNIT_ASSERT(hasHeard("STOPPING=1\n"));
}

SPEC(ServiceManager, hears_of_each_reload_and_its_end) {
    start();
    ASSERT_EVENTUALLY(hasHeard("READY=1\n"));
    heard.clear();
    reload(0);
    CPPUNIT_ASSERT_MESSAGE(heard, hasHeard("READY=1\nSTATUS=generation 2"));
    CPPUNIT_ASSERT(heard.find("RELOADING=1\nMONOTONIC_USEC=") < heard.find("READY=1"));
    heard.clear();
    const std::string file = manager->installation().configFile();
    manager->installation().dir().write("aiproject.properties", readFile(file) + "no.such = key\n");
    reload(1);
    CPPUNIT_ASSERT_MESSAGE(heard, hasHeard("READY=1\nSTATUS=generation 2"));
    CPPUNIT_ASSERT(heard.find("RELOADING=1\n") < heard.find("READY=1"));
}

SPEC(ServiceManager, hears_on_from_the_program_that_an_upgrade_brings) {
    start();
    ASSERT_EVENTUALLY(hasHeard("READY=1\n"));
    heard.clear();
    std::filesystem::copy(nextRelease(), dir.file("new"));
    std::filesystem::rename(dir.file("new"), program);
    reload(0);
    CPPUNIT_ASSERT_MESSAGE(heard, hasHeard("READY=1\nSTATUS=generation 2 of release 99.0.0 serves"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), countOf(heard, "RELOADING=1"));
    manager->process().terminate();
    CPPUNIT_ASSERT(hasHeard("STOPPING=1\n"));
}

SPEC(ServiceManager, hears_of_a_worker_that_is_gone) {
    start();
    ASSERT_EVENTUALLY(hasHeard("model 2 of 2 workers\n"));
    heard.clear();
    kill(manager->workers("model").at(0), SIGKILL);
    ASSERT_EVENTUALLY(hasHeard("STATUS=generation 1 of release "));
    ASSERT_EVENTUALLY(hasHeard("model 2 of 2 workers\n"));
}

// A plugin could end the service's start with it, or say that it stops.
SPEC(ServiceManager, is_not_known_to_workers) {
    start();
    for (const pid_t worker : workersOf(manager->process().pid())) {
        const std::string environment = readFile("/proc/" + std::to_string(worker) + "/environ");
        CPPUNIT_ASSERT(!environment.empty());
        CPPUNIT_ASSERT_EQUAL(std::string::npos, environment.find("NOTIFY_SOCKET"));
        CPPUNIT_ASSERT_EQUAL(std::string::npos, environment.find("AIPROJECT_HANDOVER"));
    }
}
