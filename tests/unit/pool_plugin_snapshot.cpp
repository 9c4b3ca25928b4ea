// The copies of the plugins that a generation of workers shares.
#include "pool/plugin_snapshot.h"

#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/expect.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

constexpr const char* kVariable = "AIPROJECT_PLUGINS";

struct Snapshot : CppUnit::TestCase {
    TempDir dir;
    Config config;

    Snapshot() {
        std::filesystem::create_directory(dir.path() / "plugins");
        config.pluginDirs = {dir.file("plugins")};
    }
    void tearDown() override { unsetenv(kVariable); }

    PluginSnapshot take() const { return PluginSnapshot::take(config); }
    static std::string contentOf(const PluginFile& file) {
        return readFile("/proc/self/fd/" + std::to_string(file.copy.get()));
    }
    static bool isClosedOnExec(int descriptor) { return (fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0; }
    static std::string refused(const std::string& environment) {
        setenv(kVariable, environment.c_str(), 1);
        return reasonOf([] { PluginSnapshot::ownOrInherited({}); });
    }
};

SPEC(Snapshot, has_each_plugin_folder_by_folder_and_by_name) {
    std::filesystem::create_directory(dir.path() / "more");
    config.pluginDirs.push_back(dir.file("more"));
    dir.write("more/a.so", "third");
    dir.write("plugins/z.so", "second");
    dir.write("plugins/b b.so", "first");
    for (const std::string& other : {"README.md"s, "a.so.1"s, ".so"s, "a.so~"s}) dir.write("plugins/" + other, "");
    const PluginSnapshot snapshot = take();
    CPPUNIT_ASSERT(snapshot.errors().empty());
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), snapshot.files().size());
    CPPUNIT_ASSERT_EQUAL("first"s, contentOf(snapshot.files()[0]));
    CPPUNIT_ASSERT_EQUAL(dir.file("plugins/z.so"), snapshot.files()[1].path.string());
    CPPUNIT_ASSERT_EQUAL("third"s, contentOf(snapshot.files()[2]));
}

SPEC(Snapshot, stays_as_it_was_taken) {
    const std::string file = dir.write("plugins/a.so", std::string(100'000, 'a'));
    const PluginSnapshot snapshot = take();
    dir.write("plugins/a.so", "b");
    CPPUNIT_ASSERT_EQUAL(std::string(100'000, 'a'), contentOf(snapshot.files().at(0)));
    std::filesystem::remove(file);
    CPPUNIT_ASSERT_EQUAL(std::string(100'000, 'a'), contentOf(snapshot.files().at(0)));
}

SPEC(Snapshot, cannot_be_changed_and_goes_to_no_other_program) {
    dir.write("plugins/a.so", "aaaa");
    const PluginSnapshot snapshot = take();
    const int copy = snapshot.files().at(0).copy.get();
    CPPUNIT_ASSERT_EQUAL(ssize_t(-1), pwrite(copy, "b", 1, 0));
    CPPUNIT_ASSERT_EQUAL(-1, ftruncate(copy, 0));
    CPPUNIT_ASSERT_EQUAL("aaaa"s, contentOf(snapshot.files().at(0)));
    CPPUNIT_ASSERT(isClosedOnExec(copy));
    CPPUNIT_ASSERT((snapshot.descriptors() == std::vector<int>{copy}));
}

SPEC(Snapshot, says_what_cannot_be_read_and_takes_the_others) {
    config.pluginDirs.insert(config.pluginDirs.begin(), dir.file("missing"));
    std::filesystem::create_directory(dir.path() / "plugins/folder.so");
    CPPUNIT_ASSERT_EQUAL(0, mkfifo(dir.file("plugins/pipe.so").c_str(), 0600));
    std::filesystem::create_symlink("nowhere", dir.path() / "plugins/link.so");
    dir.write("plugins/two\nlines.so", "x");
    dir.write("plugins/a.so", "good");
    const PluginSnapshot snapshot = take();
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), snapshot.files().size());
    CPPUNIT_ASSERT_EQUAL(std::size_t(5), snapshot.errors().size());
    CPPUNIT_ASSERT_EQUAL("plugins.dir: " + dir.file("missing") + " cannot be read: No such file or directory",
                         snapshot.errors()[0]);
    CPPUNIT_ASSERT_EQUAL("plugin " + dir.file("plugins/folder.so") + ": is no regular file", snapshot.errors()[1]);
    assertSays(snapshot.errors()[2], "link.so: cannot be read: No such file");
    assertSays(snapshot.errors()[3], "pipe.so: is no regular file");
    assertSays(snapshot.errors()[4], "two?lines.so: its path has a line break");
}

SPEC(Snapshot, follows_a_link_to_a_file) {
    const std::string file = dir.write("elsewhere", "linked");
    std::filesystem::create_symlink(file, dir.path() / "plugins/link.so");
    CPPUNIT_ASSERT_EQUAL("linked"s, contentOf(take().files().at(0)));
}

SPEC(Snapshot, takes_no_file_that_is_being_written) {
    constexpr std::uintmax_t kSize = 128UL * 1024 * 1024;  // so that the writer has its turn during each copy
    const std::string file = dir.write("plugins/a.so", "");
    std::filesystem::resize_file(file, kSize);
    JoiningThreads writer;
    writer.add([&] {
        for (std::uintmax_t size = kSize; !writer.isOver(); size ^= 1) std::filesystem::resize_file(file, size);
    });
    const auto isRefused = [&] {
        const PluginSnapshot snapshot = take();
        return !snapshot.errors().empty() && says(snapshot.errors()[0], "a.so: is being written; ");
    };
    const bool wasRefused = eventually(isRefused);
    writer.end();
    CPPUNIT_ASSERT(wasRefused);
    CPPUNIT_ASSERT(take().errors().empty());
}

SPEC(Snapshot, is_handed_down_by_the_environment) {
    dir.write("plugins/a a.so", "first");
    dir.write("plugins/b.so", "second");
    std::filesystem::create_directory(dir.path() / "plugins/c.so");
    const PluginSnapshot manager = take();
    const std::vector<int> numbers = manager.descriptors();
    const std::string error = "! plugin " + dir.file("plugins/c.so") + ": is no regular file\n";
    CPPUNIT_ASSERT_EQUAL(kVariable + "="s + std::to_string(numbers.at(0)) + " " + dir.file("plugins/a a.so") + "\n" +
                             std::to_string(numbers.at(1)) + " " + dir.file("plugins/b.so") + "\n" + error,
                         manager.variable());

    // As after fork and exec: descriptors of its own, and open.
    const std::string text = std::to_string(dup(numbers[0])) + " " + dir.file("plugins/a a.so") + "\n" +
                             std::to_string(dup(numbers[1])) + " " + dir.file("plugins/b.so") + "\n" + error;
    setenv(kVariable, text.c_str(), 1);
    const PluginSnapshot worker = PluginSnapshot::ownOrInherited(config);
    CPPUNIT_ASSERT_EQUAL(kVariable + "="s + text, worker.variable());
    CPPUNIT_ASSERT_EQUAL("first"s, contentOf(worker.files().at(0)));
    CPPUNIT_ASSERT_EQUAL("second"s, contentOf(worker.files().at(1)));
    CPPUNIT_ASSERT(isClosedOnExec(worker.files()[0].copy.get()));
    CPPUNIT_ASSERT(getenv(kVariable) == nullptr);
}

SPEC(Snapshot, without_a_manager_is_the_workers_own) {
    dir.write("plugins/a.so", "own");
    CPPUNIT_ASSERT_EQUAL("own"s, contentOf(PluginSnapshot::ownOrInherited(config).files().at(0)));
}

SPEC(Snapshot, of_no_plugins_is_handed_down_as_well) {
    CPPUNIT_ASSERT_EQUAL(kVariable + "="s, take().variable());
    dir.write("plugins/late.so", "not in the generation");
    setenv(kVariable, "", 1);
    CPPUNIT_ASSERT(PluginSnapshot::ownOrInherited(config).files().empty());
}

SPEC(Snapshot, takes_nobody_elses_descriptor) {
    const std::string file = std::to_string(open("/dev/null", O_RDONLY | O_CLOEXEC));
    dir.write("plugins/a.so", "good");
    const PluginSnapshot snapshot = take();
    const std::string good = std::to_string(dup(snapshot.descriptors().at(0))) + " /a.so\n";
    for (const std::string& text :
         {"x"s, "\n"s, "-1 /a.so\n"s, "12345678 /a.so\n"s, "word /a.so\n"s, file + " /a.so\n"})
        assertSays(refused(text), "AIPROJECT_PLUGINS is for workers that aiproject serve starts; unset it");
    assertSays(refused(good + good), "unset it");
    CPPUNIT_ASSERT_EQUAL(0, close(std::stoi(file)));  // it is still there
}

}  // namespace
