// What a worker gives back once it has started.
#include "commands/startup_memory.h"

#include "base/file_descriptor.h"
#include "support/spec.h"
#include "support/temp_dir.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>

using namespace aiproject;
using namespace aiproject::test;

namespace {

constexpr std::size_t kBytes = 64UL * 1024;

// A file that is mapped as a library is, and read.
struct StartupMemory : CppUnit::TestCase {
    TempDir dir;
    char* memory = nullptr;

    StartupMemory() {
        dir.write("file", std::string(kBytes, 'a'));
        const int file = open(dir.file("file").c_str(), O_RDONLY | O_CLOEXEC);
        memory = static_cast<char*>(mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0));
        close(file);
        CPPUNIT_ASSERT(memory != MAP_FAILED && static_cast<volatile char*>(memory)[0] == 'a');
    }
    ~StartupMemory() override { munmap(memory, kBytes); }

    void protect() const { CPPUNIT_ASSERT_EQUAL(0, mprotect(memory, kBytes, PROT_READ)); }
    bool isMapped() const {
        const auto page = reinterpret_cast<std::uintptr_t>(memory) / std::uintptr_t(sysconf(_SC_PAGESIZE));
        const FileDescriptor pages(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
        std::uint64_t entry = 0;
        const ssize_t got = pread(pages.get(), &entry, sizeof entry, off_t(page * sizeof entry));
        CPPUNIT_ASSERT_EQUAL(ssize_t(sizeof entry), got);
        return entry >> 63 != 0;
    }
};

SPEC(StartupMemory, leave_when_they_are_as_in_the_file) {
    protect();
    CPPUNIT_ASSERT(isMapped());
    releaseStartupMemory();
    CPPUNIT_ASSERT(!isMapped());
    CPPUNIT_ASSERT_EQUAL('a', memory[0]);
}

SPEC(StartupMemory, stay_when_something_was_written_into_them) {
    memory[kBytes - 1] = 'b';  // as the loader does, before it takes the right away
    protect();
    releaseStartupMemory();
    CPPUNIT_ASSERT_EQUAL('b', memory[kBytes - 1]);
}

SPEC(StartupMemory, stay_where_writing_is_allowed) {
    releaseStartupMemory();
    CPPUNIT_ASSERT(isMapped());
}

}  // namespace
