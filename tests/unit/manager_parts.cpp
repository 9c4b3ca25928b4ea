// A socket that is one instance's alone, a process that has it as descriptor 0, and the pauses between deaths.
#include "manager/listening_socket.h"
#include "manager/program.h"
#include "manager/restart_pause.h"

#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/expect.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

using namespace aiproject;
using namespace aiproject::test;

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
};

SPEC(Listening, leaves_its_path_when_it_closes_and_keeps_it_from_others) {
    ListeningSocket first({path}, 8);
    first.close();
    CPPUNIT_ASSERT(!std::filesystem::exists(path));
    assertSays(reasonOf([&] { const ListeningSocket second({path}, 8); }), "another instance serves on it");
    CPPUNIT_ASSERT(!std::filesystem::exists(path));
}

SPEC(Listening, gives_its_path_free_when_it_goes) {
    { const ListeningSocket first({path}, 8); }
    const ListeningSocket second({path}, 8);
    CPPUNIT_ASSERT(std::filesystem::is_socket(path));
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

SPEC(Pauses, do_not_follow_a_single_death) {
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), std::int64_t(pause.afterDeath(now).count()));
    CPPUNIT_ASSERT(pause.isOver(now));
}

SPEC(Pauses, double_up_to_half_a_minute) {
    pause.afterDeath(now);
    auto last = pause.afterDeath(now);
    for (int i = 0; i < 8; ++i) {
        const auto next = pause.afterDeath(now);
        CPPUNIT_ASSERT(next == 2 * last);
        last = next;
    }
    CPPUNIT_ASSERT(pause.afterDeath(now) == std::chrono::seconds(30));
    CPPUNIT_ASSERT(pause.afterDeath(now) == std::chrono::seconds(30));
    CPPUNIT_ASSERT(!pause.isOver(now + std::chrono::seconds(29)));
}

SPEC(Pauses, forget_what_is_a_minute_ago) {
    for (int i = 0; i < 5; ++i) pause.afterDeath(now);
    CPPUNIT_ASSERT(pause.afterDeath(now + std::chrono::seconds(61)) == std::chrono::seconds(0));
}

}  // namespace
