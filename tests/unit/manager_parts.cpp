// A socket that is one instance's alone, a process that has it as descriptor 0, and the pauses between deaths.
#include "manager/listening_socket.h"
#include "manager/process_memory.h"
#include "manager/program.h"
#include "manager/restart_pause.h"

#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/expect.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

struct Listening : CppUnit::TestCase {
    TempDir dir;
    const std::string path = dir.file("model.sock");
};

struct Started : CppUnit::TestCase {
    static int exitCodeOf(const Program& program, int input) {
        const pid_t pid = startProcess(program, input);
        int status = 0;
        CPPUNIT_ASSERT_EQUAL(pid, waitpid(pid, &status, 0));
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    static Program shell(const std::string& script) { return {"/bin/sh", {"-c", script}, {"AIP_GIVEN=yes"}, {}}; }
};

struct Pauses : CppUnit::TestCase {
    RestartPause pause;
    RestartPause::Clock::time_point now = RestartPause::Clock::now();

    // Answers the pause; now it is over.
    std::chrono::milliseconds die() {
        const auto length = pause.afterDeath(now);
        now += length;
        return length;
    }
};

SPEC(Listening, keeps_its_path_from_others) {
    const ListeningSocket first({path}, 8);
    assertSays(reasonOf([&] { const ListeningSocket second({path}, 8); }), "another instance serves on it");
    CPPUNIT_ASSERT(std::filesystem::is_socket(path));
}

SPEC(Listening, gives_its_path_free_when_it_closes) {
    ListeningSocket first({path}, 8);
    first.close();
    CPPUNIT_ASSERT(!std::filesystem::exists(path));
    const ListeningSocket second({path}, 8);
    CPPUNIT_ASSERT(std::filesystem::is_socket(path));
}

SPEC(Listening, gives_its_path_free_when_it_goes) {
    { const ListeningSocket first({path}, 8); }
    const ListeningSocket second({path}, 8);
    CPPUNIT_ASSERT(std::filesystem::is_socket(path));
}

SPEC(Listening, knows_whether_somebody_waits) {
    const ListeningSocket listening({path}, 8);
    CPPUNIT_ASSERT(!listening.hasWaiting());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const FileDescriptor client(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    CPPUNIT_ASSERT_EQUAL(0, connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
    CPPUNIT_ASSERT(listening.hasWaiting());
}

SPEC(Listening, warns_of_a_backlog_that_the_system_cuts) {
    CPPUNIT_ASSERT_EQUAL(std::string(), warningOfBacklog(1));
    assertSays(warningOfBacklog(1'000'000'000), "set net.core.somaxconn = 1000000000");
}

SPEC(Listening, shares_the_memory_out_among_workers) {
    const int all = shareOfMemory(1);
    CPPUNIT_ASSERT(all >= 256 && shareOfMemory(1'000'000) == 256);
    CPPUNIT_ASSERT_EQUAL(std::max(256, all / 2), shareOfMemory(2));
}

SPEC(Started, has_a_socket_as_descriptor_0) {
    const FileDescriptor before(fcntl(0, F_DUPFD_CLOEXEC, 3));
    const FileDescriptor made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    CPPUNIT_ASSERT_EQUAL(0, dup3(made.get(), 0, O_CLOEXEC));
    const int code = exitCodeOf(shell("test -S /proc/self/fd/0"), 0);
    before ? dup2(before.get(), 0) : close(0);
    CPPUNIT_ASSERT_EQUAL(0, code);
}

SPEC(Started, has_what_it_inherits_and_nothing_else) {
    const FileDescriptor given(open("/dev/null", O_RDONLY | O_CLOEXEC)), kept(open("/dev/null", O_RDONLY | O_CLOEXEC));
    const auto isThere = [](const FileDescriptor& file) {
        return "test -e /proc/self/fd/" + std::to_string(file.get());
    };
    Program program = shell(isThere(given) + " && ! " + isThere(kept));
    program.descriptors = {given.get()};
    CPPUNIT_ASSERT_EQUAL(0, exitCodeOf(program, given.get()));
}

SPEC(Started, has_additions_to_the_environment) {
    setenv("AIP_GIVEN", "no", 1);
    const FileDescriptor made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int code = exitCodeOf(shell("test \"$AIP_GIVEN\" = yes && test -n \"$PATH\""), made.get());
    unsetenv("AIP_GIVEN");
    CPPUNIT_ASSERT_EQUAL(0, code);
}

// As in the manager: blocked, and libfcgi has a handler for it.
SPEC(Started, ends_by_a_signal_that_comes_before_its_program_runs) {
    static bool isSent;
    pthread_atfork(nullptr, nullptr, [] {
        if (isSent) kill(getpid(), SIGTERM);
    });
    const FileDescriptor nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
    sigset_t signals, before;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, &before);
    const auto former = signal(SIGTERM, [](int) {});
    isSent = true;
    const pid_t pid = startProcess(shell("exit 7"), nothing.get());
    isSent = false;
    signal(SIGTERM, former);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    int status = 0;
    CPPUNIT_ASSERT_EQUAL(pid, waitpid(pid, &status, 0));
    CPPUNIT_ASSERT_EQUAL(std::string("by signal Terminated"), endOf(status));
}

SPEC(Pauses, do_not_follow_a_single_death) {
    CPPUNIT_ASSERT(pause.afterDeath(now) == 0ms);
    CPPUNIT_ASSERT(pause.isOver(now));
}

SPEC(Pauses, double_up_to_half_a_minute) {
    auto last = (die(), die());
    for (int i = 0; i < 8; ++i) {
        const auto next = die();
        CPPUNIT_ASSERT(next == 2 * last);
        last = next;
    }
    CPPUNIT_ASSERT(die() == 30s);
    CPPUNIT_ASSERT(die() == 30s);
    pause.afterDeath(now);
    CPPUNIT_ASSERT(!pause.isOver(now + 29s) && pause.isOver(now + 30s));
}

SPEC(Pauses, never_shrink_while_it_keeps_dying) {
    for (const auto lived : {0ms, 1ms, 700ms, 3'000ms}) {
        pause.forget();
        auto last = 0ms;
        for (int i = 0; i < 60; ++i) {
            const auto next = die();
            CPPUNIT_ASSERT(next >= last);
            last = next;
            now += lived;
        }
        CPPUNIT_ASSERT(last == 30s);
    }
}

SPEC(Pauses, are_forgotten_five_minutes_after_the_last) {
    for (int i = 0; i < 20; ++i) die();
    pause.afterDeath(now);
    CPPUNIT_ASSERT(pause.afterDeath(now + 299s) == 30s);
    CPPUNIT_ASSERT(pause.afterDeath(now + 299s + 301s) == 0s);
    CPPUNIT_ASSERT(pause.afterDeath(now + 299s + 302s) == 100ms);
}

}  // namespace
