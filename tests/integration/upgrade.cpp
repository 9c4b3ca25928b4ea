// A reload that finds another program in the place of the one that runs: the manager becomes it.
#include "base/file_descriptor.h"
#include "integration/upgradable.h"
#include "support/scrape.h"
#include "support/steady_clients.h"

#include <Poco/JSON/Array.h>

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>

using aiproject::FileDescriptor;
using namespace aiproject::test;

namespace {

struct Upgrade : Upgradable {
    std::string metricsSocket() const { return manager->socket("status"); }

    void upgrade() const {
        put(nextRelease());
        reload(0);
        CPPUNIT_ASSERT_EQUAL(std::string(kNextRelease), release());
    }

    static std::string imageOf(pid_t pid) {
        return std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe");
    }

    FileDescriptor controlClient() const {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string path = manager->socket("manager");
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        FileDescriptor client(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
        CPPUNIT_ASSERT_EQUAL(0, connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
        return client;
    }
    // It has asked for a reload, and the manager has heard it.
    FileDescriptor reloadingClient() const {
        FileDescriptor client = controlClient();
        CPPUNIT_ASSERT_EQUAL(ssize_t(6), send(client.get(), "reload", 6, MSG_NOSIGNAL));
        takeAll();
        return client;
    }
    // Until the manager hangs up.
    static std::string allFrom(const FileDescriptor& client) {
        const timeval limit{kPatience.count(), 0};
        setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        std::string all;
        std::array<char, 4096> packet;
        for (ssize_t got = 0; (got = recv(client.get(), packet.data(), packet.size(), 0)) > 0;)
            all.append(packet.data(), std::size_t(got)) += '\n';
        return all;
    }
    // Whatever was sent to the manager before, it has taken: its loop has come round.
    void takeAll() const {
        manager->status();
        manager->status();
    }
};

}  // namespace

SPEC(Upgrade, takes_the_whole_service_to_the_new_release_and_cuts_no_stream) {
    const std::string uuid = manager->newUser("alice");
    const Streams open = streams(50, uuid);
    const auto before = manager->workers("model");
    SteadyClients clients(3, [&] { return chat(uuid); });
    clients.assertServed(20);
    put(nextRelease());
    clients.assertServed(20);
    const std::string said = reload(0);
    CPPUNIT_ASSERT_MESSAGE(said, said.find("generation 2 serves; the last one drains") != std::string::npos);
    clients.assertServed(20);

    CPPUNIT_ASSERT_EQUAL(std::string(kNextRelease), release());
    CPPUNIT_ASSERT_EQUAL(manager->process().pid(), statusPid());
    CPPUNIT_ASSERT_EQUAL(program, imageOf(manager->process().pid()));
    ASSERT_EVENTUALLY(manager->workers("model").size() == 2);  // the old ones that hang may still say "ready" before
    const auto now = manager->workers("model");
    for (const pid_t worker : now) CPPUNIT_ASSERT_EQUAL(program, imageOf(worker));
    ASSERT_EVENTUALLY(!manager->workers("model", "draining").empty());
    for (const pid_t worker : manager->workers("model", "draining"))
        CPPUNIT_ASSERT(std::find(before.begin(), before.end(), worker) != before.end());
    const auto version = runToEnd({program, {"version"}});
    CPPUNIT_ASSERT_MESSAGE(version.output, version.output.find(kNextRelease) != std::string::npos);

    gated.open();
    assertWhole(open);
    ASSERT_EVENTUALLY(manager->workers("model", "").size() == 2);
    clients.assertLostNone();
    assertServes();
}

// Nothing but the file is another: the workers of both share a board, and what they count and limit together.
SPEC(Upgrade, shares_the_board_with_a_release_of_the_same_layout) {
    configure("limit.user_calls = 2");
    reload(0);
    const std::string uuid = manager->newUser("alice");
    const Streams open = streams(2, uuid);
    put(programPath());
    reload(0);
    CPPUNIT_ASSERT(manager->logged("another program now") == 1);
    CPPUNIT_ASSERT_EQUAL(429, chat(uuid).status);
    const auto workers = manager->pool("model")->getArray("workers");
    int busy = 0;
    for (std::size_t i = 0; i < workers->size(); ++i) busy += workers->getObject(unsigned(i))->getValue<int>("busy");
    CPPUNIT_ASSERT_EQUAL(2, busy);
    gated.open();
    assertWhole(open);
    ASSERT_EVENTUALLY(manager->workers("model", "").size() == 2);
    CPPUNIT_ASSERT_EQUAL(200, chat(uuid).status);
}

SPEC(Upgrade, follows_a_signal_and_another_upgrade_while_the_last_one_drains) {
    const std::string uuid = manager->newUser("alice");
    const Streams first = streams(2, uuid);
    put(nextRelease());
    manager->process().signal(SIGHUP);
    ASSERT_EVENTUALLY(manager->status()->getValue<int>("generation") == 2);
    CPPUNIT_ASSERT_EQUAL(std::string(kNextRelease), release());
    const Streams second = streams(2, uuid);
    reload(0);  // the same program, another generation
    const Streams third = streams(2, uuid);
    put(programPath());  // back to the old one
    reload(0);
    CPPUNIT_ASSERT(release() != kNextRelease);
    CPPUNIT_ASSERT_EQUAL(4, manager->status()->getValue<int>("generation"));
    CPPUNIT_ASSERT_EQUAL(manager->process().pid(), statusPid());
    gated.open();
    assertWhole(first);
    assertWhole(second);
    assertWhole(third);
    ASSERT_EVENTUALLY(manager->workers("model", "").size() == 2);
    assertServes();
}

SPEC(Upgrade, keeps_what_was_counted) {
    const std::string uuid = manager->newUser("alice");
    CPPUNIT_ASSERT_EQUAL(200, chat(uuid).status);
    const std::string calls = "aiproject_requests_total";
    const Scrape before = scrape(metricsSocket());
    CPPUNIT_ASSERT(before.sum(calls) > 0);
    upgrade();
    const Scrape after = scrape(metricsSocket());
    for (const auto& [sample, value] : before.samples())
        if (sample.find("_total") != std::string::npos || sample.find("_count") != std::string::npos)
            CPPUNIT_ASSERT_MESSAGE(sample, after[sample] >= value);
    CPPUNIT_ASSERT_EQUAL(1.0, after["aiproject_reloads_total{outcome=\"done\"}"]);
}

SPEC(Upgrade, takes_the_configuration_as_it_is_now) {
    const std::string status = manager->installation().dir().file("run/other-status.sock");
    configure("pool.extra.models = echo");
    reload(0);
    const std::string extra = manager->socket("extra");
    CPPUNIT_ASSERT(std::filesystem::exists(extra));
    std::string lines = readFile(manager->installation().configFile());
    lines.erase(lines.find("pool.extra.models = echo"));
    manager->installation().dir().write("aiproject.properties",
                                        lines + "\npool.added.models = echo\nstatus.socket = " + status + "\n");
    const std::string uuid = manager->newUser("alice");
    upgrade();
    CPPUNIT_ASSERT(!std::filesystem::exists(extra));
    CPPUNIT_ASSERT(!std::filesystem::exists(metricsSocket()));
    CPPUNIT_ASSERT(!scrape(status).samples().empty());
    CPPUNIT_ASSERT_EQUAL(200, ask(manager->socket("added"), {"GET", "/healthz", "", {}}).status);
    CPPUNIT_ASSERT_EQUAL(200, chat(uuid).status);
}

SPEC(Upgrade, is_no_matter_of_a_reload_without_one) {
    reload(0);
    CPPUNIT_ASSERT(manager->logged("another program now") == 0);
    CPPUNIT_ASSERT_EQUAL(2, manager->status()->getValue<int>("generation"));
}

// One asks during the trial by the old program, one of the new program before it serves.
SPEC(Upgrade, answers_everybody_who_asks_meanwhile) {
    setFault("tried");
    put(nextRelease());
    Command first = reloading();
    first.output = manager->installation().dir().file("first");
    ChildProcess one(first);
    ASSERT_EVENTUALLY(manager->logged("reload: trying") == 1);
    const FileDescriptor second = reloadingClient();
    setFault("held");
    ASSERT_EVENTUALLY(release() == kNextRelease);
    const FileDescriptor third = reloadingClient();
    CPPUNIT_ASSERT_EQUAL(1, manager->status()->getValue<int>("generation"));
    assertServes();
    setFault("none");
    CPPUNIT_ASSERT_EQUAL(0, one.wait().value_or(-1));
    CPPUNIT_ASSERT(readFile(first.output).find("generation 2 serves") != std::string::npos);
    for (const FileDescriptor* client : {&second, &third}) {
        const std::string heard = allFrom(*client);
        CPPUNIT_ASSERT_MESSAGE(heard, heard.find("say generation 3 serves") != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(heard, heard.find("end 0") != std::string::npos);
    }
}

SPEC(Upgrade, forgets_no_signal_that_comes_during_its_trial) {
    setFault("tried");
    put(nextRelease());
    ChildProcess asking(reloading());
    ASSERT_EVENTUALLY(manager->logged("reload: trying") == 1);
    manager->process().signal(SIGHUP);
    takeAll();
    setFault("none");
    CPPUNIT_ASSERT_EQUAL(0, asking.wait().value_or(-1));
    ASSERT_EVENTUALLY(manager->status()->getValue<int>("generation") == 3);
    CPPUNIT_ASSERT_EQUAL(std::string(kNextRelease), release());
}

// What the program has open when the trial begins, it may have closed when it hands over.
SPEC(Upgrade, is_not_refused_for_clients_that_leave_meanwhile) {
    setFault("tried");
    put(nextRelease());
    std::vector<FileDescriptor> clients;  // more than the trial opens itself meanwhile, at the same numbers
    constexpr int count = 16;
    clients.reserve(count);
    for (int i = 0; i < count; ++i) clients.push_back(controlClient());
    takeAll();
    ChildProcess asking(reloading());
    ASSERT_EVENTUALLY(manager->logged("reload: trying") == 1);
    clients.clear();
    takeAll();
    setFault("none");
    CPPUNIT_ASSERT_EQUAL_MESSAGE(manager->installation().log(), 0, asking.wait().value_or(-1));
    CPPUNIT_ASSERT_EQUAL(std::string(kNextRelease), release());
}
