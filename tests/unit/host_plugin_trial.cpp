// What is tried in a throw-away process leaves no trace in ours but a sentence.
#include "host/plugin_trial.h"

#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/expect.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct Trial : CppUnit::TestCase {
    static std::string fateOf(const std::function<void()>& work) {
        return reasonOf([&] { tryInChild("it", work); });
    }
};

SPEC(Trial, is_silent_of_what_comes_back) {
    tryInChild("it", [] {});
    tryInChild("it", [] { throw std::runtime_error("said again when it is done in earnest"); });
    tryInChild("it", [] { throw 42; });
}

SPEC(Trial, changes_nothing_here) {
    int value = 1;
    tryInChild("it", [&] { value = 2; });
    CPPUNIT_ASSERT_EQUAL(1, value);
}

SPEC(Trial, names_the_signal_of_a_crash) {
    CPPUNIT_ASSERT_EQUAL("it crashes (Aborted)"s, fateOf([] { std::abort(); }));
    CPPUNIT_ASSERT_EQUAL("it crashes (Killed)"s, fateOf([] { kill(getpid(), SIGKILL); }));
}

SPEC(Trial, notices_an_exit_whatever_its_code) {
    for (const int code : {0, 1, 7}) {
        CPPUNIT_ASSERT_EQUAL("it ends the process"s, fateOf([&] { std::exit(code); }));
        CPPUNIT_ASSERT_EQUAL("it ends the process"s, fateOf([&] { _exit(code); }));
    }
}

SPEC(Trial, ends_what_does_not_come_back) {
    const std::string fate = reasonOf([] {
        tryInChild(
            "it",
            [] {
                for (;;) pause();
            },
            20ms);
    });
    CPPUNIT_ASSERT_EQUAL("it does not come back"s, fate);
}

SPEC(Trial, that_exits_writes_nothing_that_was_waiting_here) {
    const TempDir dir;
    std::FILE* const file = std::fopen(dir.file("out").c_str(), "w");
    CPPUNIT_ASSERT(file != nullptr);
    std::fputs("once", file);
    fateOf([] { std::exit(0); });
    std::fclose(file);
    CPPUNIT_ASSERT_EQUAL("once"s, readFile(dir.file("out")));
}

SPEC(Trial, keeps_the_line_that_says_most) {
    const auto fateSaying = [](const std::string& words) {
        return fateOf([&] {
            [[maybe_unused]] const auto written = write(STDERR_FILENO, words.data(), words.size());
            std::abort();
        });
    };
    CPPUNIT_ASSERT_EQUAL("it crashes (Aborted); it said: no licence found"s,
                         fateSaying("\n=====\n  \nno licence found\nand more\n"));
    CPPUNIT_ASSERT_EQUAL(
        "it crashes (Aborted); it said: ==7==ERROR: AddressSanitizer: SEGV on unknown address"s,
        fateSaying("AddressSanitizer:DEADLYSIGNAL\n====\n==7==ERROR: AddressSanitizer: SEGV on unknown "
                   "address\nSUMMARY: AddressSanitizer: SEGV\n"));
    assertSays(fateSaying("\x1b[2Jred\n"), "\\x1b[2Jred");
    CPPUNIT_ASSERT(fateSaying(std::string(1'000'000, 'x')).size() < 400);
}

}  // namespace
