// Who is blamed for the end of a process.
#include "pool/crash_report.h"

#include "base/sanitized.h"
#include "support/spec.h"
#include "unit/forked.h"

#include <cppunit/TestAssert.h>
#include <sys/mman.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <thread>

using namespace aiproject;
using namespace aiproject::test;

namespace {

void breakMemory() {
    void* const nothing = mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *static_cast<volatile char*>(nothing) = 1;
}

[[gnu::noinline]] int fillStack(volatile int depth) {
    std::array<volatile char, 1024> frame{};
    frame[0] = char(depth);
    return depth < 0 ? 0 : fillStack(depth + 1) + frame[0];  // the frame is in use, so this is no tail call
}

// On a stack as small as a worker's.
void fillSmallStack() {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 320UL * 1024);
    pthread_t thread{};
    const auto run = [](void*) -> void* {
        const PluginRun running(7);
        fillStack(1);
        return nullptr;
    };
    pthread_create(&thread, &attributes, run, nullptr);
    pthread_join(thread, nullptr);
}

struct Crash : CppUnit::TestCase {
    Board board;
    WorkerRow& row = board.worker(board.addWorker());

    // The process with model 7 in a call.
    template <class Work>
    void assertBlamed(int model, int signal, Work&& work) {
        row.crashedModel = kNobody;
        Forked process([&] {
            const CrashReport report(row, {});
            const PluginRun running(7);
            work();
        });
        const int status = process.wait();
        CPPUNIT_ASSERT_EQUAL(model, row.crashedModel.load());
        if (!kIsSanitized) CPPUNIT_ASSERT_EQUAL(signal, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
        CPPUNIT_ASSERT(WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
    }
};

SPEC(Crash, in_a_call_is_its_models_and_ends_the_process_as_ever) {
    assertBlamed(7, SIGSEGV, &breakMemory);
    assertBlamed(7, SIGABRT, &std::abort);
    for (const int signal : {SIGBUS, SIGFPE, SIGILL}) assertBlamed(7, signal, [signal] { raise(signal); });
}

SPEC(Crash, may_be_a_SIGKILL_that_the_plugin_sends_itself) {
    assertBlamed(7, SIGKILL, [] { raise(SIGKILL); });
    assertBlamed(7, SIGKILL, [] { ::kill(getpid(), SIGKILL); });
    assertBlamed(7, SIGKILL, [] { pthread_kill(pthread_self(), SIGKILL); });
}

SPEC(Crash, of_a_full_stack_is_seen_too) {
    row.crashedModel = kNobody;
    Forked process([&] {
        const CrashReport report(row, {});
        fillSmallStack();
    });
    CPPUNIT_ASSERT(process.wait() != 0);
    CPPUNIT_ASSERT_EQUAL(7, row.crashedModel.load());
}

SPEC(Crash, may_be_an_exit) {
    assertBlamed(7, 0, [] { std::exit(3); });
}

SPEC(Crash, in_another_thread_is_somebodys) {
    assertBlamed(kSomebody, SIGSEGV, [] { std::thread(&breakMemory).join(); });
}

SPEC(Crash, in_a_plugins_own_code_is_its_models_in_any_thread) {
    row.crashedModel = kNobody;
    Forked process([&] {
        const CrashReport report(row, {{0, 1, 5}, {1, UINTPTR_MAX, 9}});
        std::thread(&breakMemory).join();
    });
    CPPUNIT_ASSERT(process.wait() != 0);
    CPPUNIT_ASSERT_EQUAL(9, row.crashedModel.load());
}

SPEC(Crash, after_the_call_is_somebodys) {
    row.crashedModel = kNobody;
    Forked process([&] {
        const CrashReport report(row, {});
        { const PluginRun running(7); }
        breakMemory();
    });
    CPPUNIT_ASSERT(process.wait() != 0);
    CPPUNIT_ASSERT_EQUAL(kSomebody, row.crashedModel.load());
}

SPEC(Crash, of_what_a_plugin_forks_blames_nobody) {
    row.crashedModel = kNobody;
    Forked process([&] {
        const CrashReport report(row, {});
        const PluginRun running(7);
        Forked helper([] { breakMemory(); });
        helper.wait();
        _exit(0);
    });
    process.wait();
    CPPUNIT_ASSERT_EQUAL(kNobody, row.crashedModel.load());
}

SPEC(Crash, of_a_plugin_that_is_starting_is_blamed_on_it_whatever_ends_the_process) {
    row.crashedModel = kNobody;
    {
        const CrashReport report(row, {});
        const PluginStart starting(7);
        CPPUNIT_ASSERT_EQUAL(7, int(row.crashedModel));
    }
    CPPUNIT_ASSERT_EQUAL(kNobody, int(row.crashedModel));
}

SPEC(Crash, that_another_process_made_blames_nobody) {
    Forked process([&] {
        const CrashReport report(row, {});
        const PluginRun running(7);
        row.busy = 1;
        for (;;) pause();
    });
    ASSERT_EVENTUALLY(row.busy == 1);
    ::kill(process.pid(), SIGSEGV);
    CPPUNIT_ASSERT(process.wait() != 0);
    CPPUNIT_ASSERT_EQUAL(kNobody, row.crashedModel.load());
}

}  // namespace
