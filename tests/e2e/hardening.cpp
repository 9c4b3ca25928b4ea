// What the compiler and the linker have built into the installed programs against faults of memory, read off their
// files.
#include "support/child_process.h"
#include "support/places.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "support/text.h"

#include <elf.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace aiproject::test {
namespace fs = std::filesystem;

namespace {

constexpr bool kIsX86 =
#if defined(__x86_64__) || defined(__i386__)
    true;
#else
    false;
#endif

// Indirect branches may only end at one of these (endbr64, endbr32). The compiler's own start files have some five.
constexpr const char* kLandings[] = {"\xf3\x0f\x1e\xfa", "\xf3\x0f\x1e\xfb"};
constexpr std::size_t kLandingsOfStartFiles = 8;

bool says(const std::string& text, const std::string& word) { return countOf(text, word) > 0; }

bool isElf(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    char magic[SELFMAG] = {};
    return fs::is_regular_file(file) && in.read(magic, SELFMAG) && std::string(magic, SELFMAG) == ELFMAG;
}

std::string readElf(const fs::path& file) {
    const Finished finished = runToEnd({"readelf", {"--wide", "-h", "-l", "-d", "--dyn-syms", file}});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(finished.output, 0, finished.code);
    return finished.output;
}

// The line that has all these words; "": there is none.
std::string lineWith(const std::string& text, const std::vector<std::string>& words) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (std::all_of(words.begin(), words.end(), [&](const auto& word) { return says(line, word); })) return line;
    return "";
}

std::set<std::string> weaknessesOf(const fs::path& file) {
    const std::string elf = readElf(file), code = readFile(file);
    const auto has = [&](const std::vector<std::string>& words) { return !lineWith(elf, words).empty(); };
    std::set<std::string> missing;
    if (!has({"Type:", "DYN"})) missing.insert("position independence");
    if (!has({"GNU_RELRO"})) missing.insert("relro");
    if (!has({"(FLAGS", "NOW"})) missing.insert("now");
    if (!has({"GNU_STACK", " RW "})) missing.insert("stack without execution");
    if (!has({"UND", "__stack_chk_fail"})) missing.insert("stack protector");
    if (!has({"UND", "__glibcxx_assert_fail"})) missing.insert("assertions of the standard library");
    std::size_t landings = 0;
    for (const char* landing : kLandings) landings += countOf(code, landing);
    if (kIsX86 && landings <= kLandingsOfStartFiles) missing.insert("control flow protection");
    return missing;
}

// Calls of the C library that know how large their target is. A small plugin may have none to check.
bool isFortified(const fs::path& file) {
    std::istringstream lines(readElf(file));
    for (std::string line; std::getline(lines, line);) {
        const bool isChecked = says(line, "_chk@GLIBC") && !says(line, "__stack_chk");
        if (says(line, "UND") && (isChecked || says(line, " __open64_2@") || says(line, " __open_2@"))) return true;
    }
    return false;
}

std::string joined(const std::set<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += word + ", ";
    return text;
}

struct Hardening : CppUnit::TestCase {
    TempDir dir;

    // As an operator installs them.
    std::vector<fs::path> installed() const {
        const Finished finished = runToEnd({AIPROJECT_CMAKE, {"--install", buildFolder(), "--prefix", dir.path()}});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(finished.output, 0, finished.code);
        std::vector<fs::path> files;
        for (const auto& entry : fs::recursive_directory_iterator(dir.path()))
            if (isElf(entry.path())) files.push_back(entry.path());
        return files;
    }

    fs::path compiled(const std::vector<std::string>& flags) const {
        fs::path program = dir.file("program");
        Command compiler{AIPROJECT_CXX, {"-O2", dir.write("program.cpp", kProgram), "-o", program}};
        compiler.arguments.insert(compiler.arguments.end(), flags.begin(), flags.end());
        const Finished finished = runToEnd(compiler);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(finished.output, 0, finished.code);
        return program;
    }

    static constexpr const char* kProgram =
        "#include <fcntl.h>\n#include <vector>\n#include <cstdio>\n"
        "int main(int count, char** words) { char line[64]; std::vector<char> all(count); std::sprintf(line, \"%s\", "
        "words[0]);\n"
        "    return all[count] + line[count] + open(words[0], count); }\n";
};

}  // namespace

SPEC(Hardening, is_in_every_installed_program_and_plugin) {
    const std::vector<fs::path> files = installed();
    CPPUNIT_ASSERT(files.size() >= 5);
    for (const fs::path& file : files) CPPUNIT_ASSERT_EQUAL_MESSAGE(file, std::string(), joined(weaknessesOf(file)));
}

#if AIPROJECT_FORTIFY
SPEC(Hardening, checks_sizes_in_the_installed_program) {
    installed();
    CPPUNIT_ASSERT(isFortified(dir.path() / "bin/aiproject"));
}
#endif

SPEC(Hardening, is_missed_in_a_program_without_it) {
    const fs::path program = compiled({"-no-pie", "-fno-stack-protector", "-fno-pie", "-z", "norelro", "-z", "lazy",
                                       "-z", "execstack", "-U_FORTIFY_SOURCE"});
    const std::set<std::string> weaknesses = weaknessesOf(program);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(joined(weaknesses), std::size_t(kIsX86 ? 7 : 6), weaknesses.size());
    CPPUNIT_ASSERT(!isFortified(program));
}

SPEC(Hardening, is_seen_one_by_one) {
    const fs::path program =
        compiled({"-fPIE", "-pie", "-fstack-protector-strong", "-z", "relro", "-z", "now", "-z", "noexecstack",
                  "-D_GLIBCXX_ASSERTIONS", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2"});
    const std::set<std::string> weaknesses = weaknessesOf(program);
    CPPUNIT_ASSERT_EQUAL(std::string(kIsX86 ? "control flow protection, " : ""), joined(weaknesses));
    CPPUNIT_ASSERT(isFortified(program));
}

}  // namespace aiproject::test
