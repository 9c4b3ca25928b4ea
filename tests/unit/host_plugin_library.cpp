// Plugin files that are no good: each is refused with one line that says which file and why.
#include "host/plugin_library.h"

#include "base/file_descriptor.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/expect.h"
#include "unit/plugin_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct Library : CppUnit::TestCase {
    TempDir dir;

    // The refusal without its beginning, which must name the file.
    static std::string refused(const std::filesystem::path& file) {
        const std::string reason = reasonOf([&] { const PluginLibrary library(file); });
        const std::string begin = "plugin " + file.string() + ": ";
        CPPUNIT_ASSERT_EQUAL(begin, reason.substr(0, begin.size()));
        CPPUNIT_ASSERT_MESSAGE(reason, reason.find('\n') == std::string::npos);
        return reason.substr(begin.size());
    }
};

SPEC(Library, gives_the_descriptor_and_the_name_of_a_good_plugin) {
    const PluginLibrary echo(echoPlugin());
    CPPUNIT_ASSERT_EQUAL("echo"s, echo.name());
    CPPUNIT_ASSERT_EQUAL(echoPlugin().string(), echo.file().string());
    CPPUNIT_ASSERT_EQUAL(kContractMajor, echo.descriptor().contractMajor);
}

SPEC(Library, may_be_opened_twice) {
    const PluginLibrary first(echoPlugin()), second(echoPlugin());
    CPPUNIT_ASSERT_EQUAL(&first.descriptor(), &second.descriptor());
}

SPEC(Library, of_another_contract_is_refused_with_both_versions) {
    CPPUNIT_ASSERT_EQUAL("built for contract 1.1, this worker has 2.1; rebuild it against the headers of this release"s,
                         refused(badPlugin("other_major")));
    CPPUNIT_ASSERT_EQUAL("built for contract 2.2, this worker has 2.1; rebuild it against the headers of this release"s,
                         refused(badPlugin("newer_minor")));
}

SPEC(Library, without_the_entry_is_no_plugin) {
    assertSays(refused(badPlugin("no_entry")), "does not export aiprojectModelPlugin()");
}

SPEC(Library, that_needs_a_symbol_which_is_not_there_is_refused_at_once) {
    assertSays(refused(badPlugin("undefined_symbol")), "functionThatNoLibraryHas");
}

SPEC(Library, whose_descriptor_is_incomplete_is_refused) {
    assertSays(refused(badPlugin("null_descriptor")), "answered nothing");
    assertSays(refused(badPlugin("no_create")), "lacks create");
    assertSays(refused(badPlugin("no_kind")), "no kind");
    assertSays(refused(badPlugin("no_settings")), "lacks the settings");
    assertSays(refused(badPlugin("nameless_setting")), "setting 1");
}

SPEC(Library, that_is_no_library_is_refused) {
    assertSays(
        refused(dir.write("text.so", "this is not ELF, but it is long enough for a header: " + std::string(100, '.'))),
        "cannot be opened");
    assertSays(refused(dir.write("empty.so", "")), "cannot be opened");
    assertSays(refused(dir.write("cut.so", readFile(echoPlugin()).substr(0, 40))), "cannot be opened");
}

SPEC(Library, is_opened_from_its_copy_and_named_by_its_file) {
    const auto mapped = [&](const std::string& plugin) {
        const std::string file = dir.write("a.so", "the copy holds what counts");
        const FileDescriptor copy(open(badPlugin(plugin).c_str(), O_RDONLY | O_CLOEXEC));
        return std::make_unique<PluginLibrary>(file, copy.get());
    };
    const auto scripted = mapped("scripted"), keyed = mapped("keyed");  // under one number, one after the other
    CPPUNIT_ASSERT_EQUAL("does what its setting says"s, std::string(scripted->descriptor().summary));
    CPPUNIT_ASSERT_EQUAL("takes settings"s, std::string(keyed->descriptor().summary));
    CPPUNIT_ASSERT_EQUAL(dir.file("a.so"), keyed->file().string());
    CPPUNIT_ASSERT(!scripted->isInPlace() && !keyed->isInPlace());
    const std::string refusal = reasonOf([&] { mapped("undefined_symbol"); });
    assertSays(refusal,
               "plugin " + dir.file("a.so") + ": cannot be opened: " + dir.file("a.so") + ": undefined symbol");
    assertSilentOf(refusal, "/proc/");
}

SPEC(Library, that_is_missing_is_refused) { assertSays(refused(dir.file("missing.so")), "cannot be opened"); }

SPEC(Library, that_cannot_be_read_is_refused) {
    std::filesystem::create_directory(dir.path() / "folder.so");
    assertSays(refused(dir.path() / "folder.so"), "cannot be opened");
    install(echoPlugin(), dir.path());
    chmod(dir.file("echo.so").c_str(), 0);
    if (geteuid() == 0) return;  // reads everything
    assertSays(refused(dir.path() / "echo.so"), "cannot be opened");
}

SPEC(Library, of_another_kind_or_machine_is_named_as_such) {
    const std::string echo = readFile(echoPlugin());
    const auto with = [&](std::size_t at, const std::string& bytes) {
        return refused(dir.write("a.so", std::string(echo).replace(at, bytes.size(), bytes)));
    };
    assertSays(refused(dir.write("empty.so", "")), "it is empty");
    assertSays(refused(dir.write("a.so", "#!/bin/sh\n")), "it is no ELF file, but a script; ");
    assertSays(refused(dir.write("a.so", "!<arch>\nx")), "it is no ELF file, but a static archive; ");
    assertSays(refused(dir.write("a.so", "<html>")), "it is no ELF file; a plugin is a shared library");
    assertSays(with(18, "\xf3"s + '\0'), "it was built for another machine: RISC-V, and this worker is for ");
    assertSays(with(4, "\1"), "it was built for another machine: ");
    assertSays(with(16, "\1"s + '\0'), "it is no shared library");
}

}  // namespace
