// A socket that is one instance's alone, and a slot whose process has it as descriptor 0.
#include "manager/listening_socket.h"
#include "manager/worker_slot.h"

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

struct Slot : CppUnit::TestCase {
    static int exitCodeOf(WorkerSlot& slot) {
        slot.start();
        int status = 0;
        CPPUNIT_ASSERT_EQUAL(slot.pid(), waitpid(slot.pid(), &status, 0));
        slot.ended();
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    static WorkerProgram shell(const std::string& script) { return {"/bin/sh", {"-c", script}, {"AIP_GIVEN=yes"}}; }
};

SPEC(Listening, leaves_its_path_when_it_closes_and_keeps_it_from_others) {
    ListeningSocket first(path, 8);
    first.close();
    CPPUNIT_ASSERT(!std::filesystem::exists(path));
    assertSays(reasonOf([&] { const ListeningSocket second(path, 8); }), "another instance serves on it");
    CPPUNIT_ASSERT(!std::filesystem::exists(path));
}

SPEC(Listening, gives_its_path_free_when_it_goes) {
    { const ListeningSocket first(path, 8); }
    const ListeningSocket second(path, 8);
    CPPUNIT_ASSERT(std::filesystem::is_socket(path));
}

SPEC(Slot, gives_a_socket_that_is_descriptor_0_to_its_process) {
    const FileDescriptor before(fcntl(0, F_DUPFD_CLOEXEC, 3));
    const FileDescriptor made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    CPPUNIT_ASSERT_EQUAL(0, dup3(made.get(), 0, O_CLOEXEC));
    WorkerSlot slot("model", 0, shell("test -S /proc/self/fd/0"));
    const int code = exitCodeOf(slot);
    before ? dup2(before.get(), 0) : close(0);
    CPPUNIT_ASSERT_EQUAL(0, code);
}

SPEC(Slot, adds_to_the_environment_and_replaces_in_it) {
    setenv("AIP_GIVEN", "no", 1);
    const FileDescriptor made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    WorkerSlot slot("model", made.get(), shell("test \"$AIP_GIVEN\" = yes && test -n \"$PATH\""));
    const int code = exitCodeOf(slot);
    unsetenv("AIP_GIVEN");
    CPPUNIT_ASSERT_EQUAL(0, code);
}

SPEC(Slot, waits_longer_each_time_that_no_process_can_be_made) {
    WorkerSlot slot("model", 0, shell(""));
    auto last = slot.ended();
    for (int i = 0; i < 5; ++i) {
        const auto next = slot.ended();
        CPPUNIT_ASSERT(next > last);
        last = next;
    }
}

}  // namespace
