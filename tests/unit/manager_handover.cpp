// What one program hands to the next, as a text and as descriptors; and what a service manager hears.
#include "manager/handover.h"
#include "manager/memory_file.h"
#include "manager/metric_sums.h"
#include "manager/pool.h"
#include "manager/program.h"
#include "manager/service_notice.h"

#include "support/environment_variable.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/expect.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>

using namespace aiproject;
using namespace aiproject::test;

namespace {

struct HandedOver : CppUnit::TestCase {
    static Handover filled() {
        Handover handed;
        handed.role = Handover::Role::back;
        handed.release = "1.2.3";
        handed.path = "/usr/bin/aiproject";
        handed.layout = 7;
        handed.since = 1'700'000'000'123'456;
        handed.serving = {3, "/etc/a \"b\"\n", "4 /x.so\n", {10}, {11}, {{12}, {13}}};
        handed.lastNumber = 5;
        handed.notices = {"a", ""};
        handed.control = {"/run/manager.sock", {14}, {15}};
        handed.clients.waiting = {{16}};
        handed.isReloadWanted = true;
        HandedPool pool;
        pool.name = "model";
        pool.socket.socket = {17};
        pool.memory = {18};
        pool.workers = {{4711, 2, 3, 1, true, false, true, 99, 100, 30'000, 600'000}};
        pool.counted = {{"aiproject_requests_total", "a=\"b\"", 12, {1, 2}}};
        handed.pools = {pool, {}};
        handed.deaths = {{4712, 9}};
        handed.strangers = {{"model", pool.workers.front()}};
        return handed;
    }
};

// A pool with workers of a program whose board it cannot read: processes that only wait.
struct Foreign : CppUnit::TestCase {
    TempDir dir;
    Log log{LogConfig{}, "manager"};
    ListeningSocket socket{{dir.file("model.sock")}, 8};
    FileDescriptor bell{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    std::vector<pid_t> pids;
    Generation next;
    std::unique_ptr<Pool> pool;

    void tearDown() override {
        while (!pids.empty()) endOf(pids.back(), SIGKILL);
    }
    static FileDescriptor copyOf(int descriptor) { return FileDescriptor(fcntl(descriptor, F_DUPFD_CLOEXEC, 0)); }

    void hand(int count, bool isStuck) {
        HandedPool handed;
        handed.name = "model";
        handed.socket = {dir.file("model.sock"), {copyOf(socket.descriptor()).release()}, {}};
        handed.bell = {copyOf(bell.get()).release()};
        const FileDescriptor nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
        for (int i = 0; i < count; ++i) {
            pids.push_back(startProcess({"/bin/sleep", {"1000"}, {}, {}}, nothing.get()));
            HandedWorker worker;
            worker.pid = pids.back();
            worker.generation = 1;
            worker.isStuck = isStuck;
            worker.drain = worker.reloadDrain = 1'000'000;
            handed.workers.push_back(worker);
        }
        next.number = 2;
        pool = std::make_unique<Pool>(handed, BoardIs::foreign, log);
    }
    void ring(int times) const { CPPUNIT_ASSERT_EQUAL(0, eventfd_write(bell.get(), eventfd_t(times))); }
    // It is another program, so it ends by any signal. Answers waitpid's status.
    int endOf(pid_t pid, int signal) {
        int status = 0;
        pids.erase(std::remove(pids.begin(), pids.end(), pid), pids.end());
        if (signal != 0) kill(pid, signal);
        CPPUNIT_ASSERT_EQUAL(pid, waitpid(pid, &status, 0));
        return status;
    }
    bool isOut() { return !pool->hasOthersReady(next); }
};

// What systemd would be.
struct Told : CppUnit::TestCase {
    TempDir dir;
    FileDescriptor listening{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};

    std::string heard() const {
        std::array<char, 512> packet;
        const ssize_t got = recv(listening.get(), packet.data(), packet.size(), MSG_DONTWAIT);
        return {packet.data(), std::size_t(std::max<ssize_t>(0, got))};
    }
    void listenOn(const std::string& name) const {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        name.copy(address.sun_path, sizeof address.sun_path - 1);
        if (name.front() == '@') address.sun_path[0] = 0;
        CPPUNIT_ASSERT_EQUAL(0, bind(listening.get(), reinterpret_cast<const sockaddr*>(&address),
                                     socklen_t(offsetof(sockaddr_un, sun_path) + name.size())));
    }
};

}  // namespace

SPEC(HandedOver, says_as_a_text_all_that_it_says) {
    const std::string text = textOf(filled());
    CPPUNIT_ASSERT_EQUAL(text, textOf(handoverFrom(text)));
    const Handover read = handoverFrom(text);
    CPPUNIT_ASSERT(read.role == Handover::Role::back);
    CPPUNIT_ASSERT(read.isReloadWanted);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1'700'000'000'123'456), read.since);
    CPPUNIT_ASSERT_EQUAL(std::string("/etc/a \"b\"\n"), read.serving.configFile);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(600'000), read.pools.at(0).workers.at(0).reloadDrain);
    CPPUNIT_ASSERT(read.pools.at(0).workers.at(0).isForeign);
}

SPEC(HandedOver, names_every_descriptor_once) {
    std::vector<int> all = descriptorsOf(filled());
    std::sort(all.begin(), all.end());
    CPPUNIT_ASSERT((all == std::vector<int>{10, 11, 12, 13, 14, 15, 16, 17, 18}));
}

SPEC(HandedOver, is_refused_in_another_version) {
    Handover handed = filled();
    handed.version = kHandover + 1;
    assertSays(reasonOf([&] { handoverFrom(textOf(handed)); }), "restart aiproject serve");
    const std::string nothingElse = "{\"version\":" + std::to_string(kHandover) + "}";
    assertSays(reasonOf([&] { handoverFrom(nothingElse); }), "the hand-over is not understood");
    assertSays(reasonOf([&] { handoverFrom("nothing"); }), "the hand-over is not understood");
}

SPEC(HandedOver, is_refused_where_a_descriptor_is_missing) {
    Handover handed;
    handed.status.socket = {987'654};
    FileDescriptor text = memoryFile("handover", textOf(handed));
    const std::string number = std::to_string(text.release());
    const EnvironmentVariable variable("AIPROJECT_HANDOVER", number);
    assertSays(reasonOf([] { inheritedHandover(); }), "unset it");
    CPPUNIT_ASSERT(!inheritedHandover());  // taken once
}

SPEC(HandedOver, has_counters_that_go_on) {
    MetricSums before, after;
    before.count(metric::kReloads, Labels().with("outcome", "done"), 3);
    std::vector<HandedSeries> handed = before.handDown();
    handed.push_back({"of_another_release_total", "", 1, {}});
    after.add(handed);
    after.add(handed);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(6), after.of(metric::kReloads).at("outcome=\"done\"").count);
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), after.handDown().size());
}

SPEC(Foreign, are_out_when_each_has_rung) {
    hand(2, false);
    ring(5);  // while the other program began, and nobody listened
    CPPUNIT_ASSERT(!isOut());
    pool->retireOthers(next);
    CPPUNIT_ASSERT(!isOut());
    ring(1);
    CPPUNIT_ASSERT(!isOut());
    ring(1);
    CPPUNIT_ASSERT(isOut());
}

SPEC(Foreign, are_out_when_they_have_ended_and_for_themselves_alone) {
    hand(3, false);
    pool->retireOthers(next);
    ring(2);  // as it drains, and at its end
    const std::vector<pid_t> all = pids;
    CPPUNIT_ASSERT(pool->reap(all.at(0), 0));
    CPPUNIT_ASSERT(!isOut());
    ring(1);
    CPPUNIT_ASSERT(!isOut());
    ring(1);
    CPPUNIT_ASSERT(isOut());
}

// A reload waits for them for a while only; the status tells of them for as long as they drain.
SPEC(Foreign, are_seen_to_drain_when_no_reload_waits_for_them) {
    hand(2, false);
    pool->retireOthers(next);
    const auto draining = [&] {
        pool->look();
        return std::count_if(pool->workers().begin(), pool->workers().end(), [&](const WorkerProcess& worker) {
            return pool->board().worker(worker.row).state == WorkerState::draining;
        });
    };
    CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t(0), draining());
    ring(2);
    CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t(2), draining());
}

// Its other streams are on a board that cannot be read: it may have many.
SPEC(Foreign, drain_also_when_they_are_stuck) {
    hand(1, true);
    pool->retireOthers(next);
    CPPUNIT_ASSERT_EQUAL(SIGTERM, WTERMSIG(endOf(pids.front(), 0)));
}

SPEC(Told, is_a_service_manager_by_a_path) {
    listenOn(dir.file("notify"));
    const EnvironmentVariable variable("NOTIFY_SOCKET", dir.file("notify"));
    const ServiceNotice notice;
    CPPUNIT_ASSERT(!std::getenv("NOTIFY_SOCKET"));
    notice.ready("all serves");
    CPPUNIT_ASSERT_EQUAL(std::string("READY=1\nSTATUS=all serves"), heard());
    notice.reloading();
    const std::string reloading = heard(), begin = "RELOADING=1\nMONOTONIC_USEC=";
    CPPUNIT_ASSERT_EQUAL(begin, reloading.substr(0, begin.size()));
    CPPUNIT_ASSERT(std::stoll(reloading.substr(begin.size())) > 0);
    notice.stopping();
    CPPUNIT_ASSERT_EQUAL(std::string("STOPPING=1"), heard().substr(0, 10));
}

SPEC(Told, is_a_service_manager_by_an_abstract_name) {
    const std::string name = "@" + dir.file("notify");
    listenOn(name);
    ServiceNotice(name).status("hello");
    CPPUNIT_ASSERT_EQUAL(std::string("STATUS=hello"), heard());
}

SPEC(Told, is_nobody_where_nobody_listens) {
    ServiceNotice("").ready("x");
    ServiceNotice(dir.file("nothing")).ready("x");
    ServiceNotice("/" + std::string(200, 'x')).ready("x");
    CPPUNIT_ASSERT_EQUAL(std::string(), heard());
}
