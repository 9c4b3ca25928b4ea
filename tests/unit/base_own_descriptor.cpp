// A process that has lost what it cannot do without ends at once, and says which call found it.
#include "base/own_descriptor.h"

#include "base/file_descriptor.h"
#include "call/call_watch.h"
#include "front/listener.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/forked.h"
#include "unit/front_fixture.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <new>
#include <thread>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

struct LostDescriptor : SharedListener {
    const std::string words = dir.file("words");

    // What the process says that does this; it must end with exit code 1.
    std::string lastWordsOf(const std::function<void()>& work) const {
        Forked process([&] {
            onLastWords([this](const std::string& said) { std::ofstream(words) << said; });
            work();
        });
        const int status = process.wait();
        CPPUNIT_ASSERT(WIFEXITED(status));
        CPPUNIT_ASSERT_EQUAL(EXIT_FAILURE, WEXITSTATUS(status));
        return readFile(words);
    }
    // Those of the process that have such a name; not by close(), of which a thread sanitizer knows what it breaks.
    static void closeAll(const std::string& name) {
        for (int number = 3; number < 100; ++number) {
            std::error_code none;
            const auto link = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(number), none);
            if (!none && link.string().find(name) != std::string::npos) syscall(SYS_close, number);
        }
    }
};

SPEC(LostDescriptor, ends_the_process_though_its_last_words_fail) {
    Forked process([] {
        onLastWords([](const std::string&) { throw std::bad_alloc(); });
        endProcess("a call", EBADF);
    });
    const int status = process.wait();
    CPPUNIT_ASSERT(WIFEXITED(status));
    CPPUNIT_ASSERT_EQUAL(EXIT_FAILURE, WEXITSTATUS(status));
}

SPEC(LostDescriptor, is_named_when_it_is_closed_and_when_another_file_has_its_number) {
    const auto look = [](const std::function<void(int)>& harm) {
        return [harm] {
            const FileDescriptor bell(eventfd(0, EFD_CLOEXEC));
            const OwnDescriptor own("the bell", bell.get());
            OwnDescriptor::requireAll();
            harm(bell.get());
            for (;; std::this_thread::sleep_for(1ms)) OwnDescriptor::requireAll();  // looks closely from time to time
        };
    };
    const std::string said = "somebody in this process has closed the bell: Bad file descriptor";
    CPPUNIT_ASSERT_EQUAL(said, lastWordsOf(look([](int bell) { ::close(bell); })));
    CPPUNIT_ASSERT_EQUAL(said, lastWordsOf(look([](int bell) { dup2(STDERR_FILENO, bell); })));
    CPPUNIT_ASSERT_EQUAL(said, lastWordsOf(look([](int bell) { dup2(epoll_create1(0), bell); })));
}

SPEC(LostDescriptor, is_no_fault_when_its_owner_lets_it_go) {
    OwnDescriptor own("the socket", socket.get());
    own.letGo();
    socket = {};
    OwnDescriptor::requireAll();
}

SPEC(LostDescriptor, of_a_listener_ends_who_waits_and_who_accepts) {
    CPPUNIT_ASSERT_EQUAL(std::string("epoll_wait: Bad file descriptor"), lastWordsOf([&] {
                             const Listener listener(socket.get());
                             closeAll("eventpoll");
                             listener.wait(1h);
                         }));
    const auto accepting = [&](const std::function<void()>& harm) {
        return lastWordsOf([&] {
            Listener listener(socket.get());
            harm();
            static_cast<void>(listener.accept());
        });
    };
    CPPUNIT_ASSERT_EQUAL(std::string("accept: Bad file descriptor"), accepting([&] { ::close(socket.get()); }));
    CPPUNIT_ASSERT_EQUAL(std::string("accept: Socket operation on non-socket"),
                         accepting([&] { dup2(STDERR_FILENO, socket.get()); }));
}

// Whichever of its two threads finds out first.
SPEC(LostDescriptor, of_the_call_watch_ends_the_process) {
    const std::string words = lastWordsOf([&] {
        EventLoop loop;
        CallWatch watch(loop);
        const auto client = connected();
        closeAll("eventpoll");
        const CallWatch::Call call(watch, client.get(), 1h);
    });
    CPPUNIT_ASSERT_MESSAGE(words,
                           words == "epoll_ctl: Bad file descriptor" || words == "epoll_wait: Bad file descriptor");
}

}  // namespace
