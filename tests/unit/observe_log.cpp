// The log: one line per event, whatever the text.
#include "observe/log.h"

#include "base/utf8.h"
#include "support/joining_threads.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "support/text.h"
#include "unit/expect.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct LogFile : CppUnit::TestCase {
    TempDir dir;
    LogConfig config{dir.file("worker.log"), LogLevel::debug};

    std::string content() const { return readFile(config.file); }
    std::size_t lineCount() const {
        const std::string text = content();
        return std::size_t(std::count(text.begin(), text.end(), '\n'));
    }
    std::string lineFor(const std::string& text) const {
        Log(config, "worker").info(text);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(content(), std::size_t(1), lineCount());
        return content();
    }
};

SPEC(LogFile, shows_no_secret_that_it_was_told) {
    Log log(config, "worker");
    log.hide({"addd2272b6d8b7c8"});
    log.hide({"hunter2"});
    log.info(LogLine("x").field("reason", "it said: addd2272b6d8b7c8, and hunter2").str());
    assertSays(content(), "it said: [secret], and [secret]");
}

SPEC(LogFile, shows_what_moves_a_cursor_turns_text_or_has_no_width_by_its_number) {
    for (const auto& [raw, shown] :
         std::vector<std::pair<std::string, std::string>>{{"\u009b31m", "\\u009b31m"},  // C1: the same as ESC [
                                                          {"\xc2\x85", "\\u0085"},      // next line
                                                          {"a\u202eb\u2066", "a\\u202eb\\u2066"},  // override, isolate
                                                          {"\u200b\u200d\u2060\ufeff", "\\u200b\\u200d\\u2060\\ufeff"},
                                                          {"\u2028\u2029", "\\u2028\\u2029"},
                                                          {"\u061c\u00ad\u3164", "\\u061c\\u00ad\\u3164"},
                                                          {"\U000e0041", "\\U000e0041"},
                                                          {"\x9b", "\\x9b"}}) {  // no UTF-8
        std::filesystem::remove(config.file);
        assertSays(lineFor("<" + raw + ">"), "<" + shown + ">");
    }
    std::filesystem::remove(config.file);
    assertSays(lineFor("\u738b caf\u00e9 \U0001f600"), "\u738b caf\u00e9 \U0001f600");
}

SPEC(LogFile, is_for_its_owner_and_group_only) {
    const mode_t before = ::umask(0);
    lineFor("x");
    ::umask(before);
    CPPUNIT_ASSERT(std::filesystem::status(config.file).permissions() == std::filesystem::perms(0640));
}

struct Line : CppUnit::TestCase {};
struct StandardError : CppUnit::TestCase {};

pid_t childThatLogs(int standardError, char letter, int rounds) {
    const pid_t child = fork();
    CPPUNIT_ASSERT(child >= 0);
    if (child != 0) return child;
    dup2(standardError, STDERR_FILENO);
    Log log({"", LogLevel::debug}, "worker");
    for (int i = 0; i < rounds; ++i) log.info("<" + std::string(3'000, letter) + ">");
    _exit(0);
}

std::string readToEnd(const FileDescriptor& from) {
    std::string text;
    std::array<char, 65'536> part{};
    for (ssize_t count = 0; (count = read(from.get(), part.data(), part.size())) > 0;)
        text.append(part.data(), std::size_t(count));
    return text;
}

SPEC(Line, has_its_fields_in_order) {
    LogLine line("request");
    line.field("id", "3f").field("path", "/auth/login").number("ms", 12).number("tokens", -1);
    CPPUNIT_ASSERT_EQUAL("request id=3f path=/auth/login ms=12 tokens=-1"s, line.str());
}

SPEC(Line, leaves_an_empty_field_out) {
    LogLine line("request");
    line.field("user", "").field("code", "0");
    CPPUNIT_ASSERT_EQUAL("request code=0"s, line.str());
}

SPEC(Line, quotes_a_value_that_could_pass_for_another_field) {
    LogLine line("request");
    line.field("user", "ann code=0").field("reason", R"(says "no" \ maybe)").field("key", "a=b");
    CPPUNIT_ASSERT_EQUAL(R"(request user="ann code=0" reason="says \"no\" \\ maybe" key="a=b")"s, line.str());
}

SPEC(LogFile, has_time_level_who_and_text_in_a_line) {
    const std::string line = lineFor("ready");
    assertSays(line, "worker");
    assertSays(line, " ready\n");
    CPPUNIT_ASSERT_EQUAL('T', line.at(10));
    assertSays(line, "Z I ");
}

SPEC(LogFile, keeps_a_line_break_from_forging_a_line) {
    const std::string line = lineFor("user=a\nb\r\n2026-01-01T00:00:00.000Z E forged");
    assertSays(line, R"(user=a\x0ab\x0d\x0a2026)");
}

SPEC(LogFile, escapes_every_control_character) {
    std::string text;
    for (char c = 1; c < 0x20; ++c) text += c;
    const std::string line = lineFor(text + "\x7f"s + "\0end"s);
    const auto isControl = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    CPPUNIT_ASSERT(std::none_of(line.begin(), line.end() - 1, isControl));
    assertSays(line, R"(\x7f\x00end)");
    assertSays(line, R"(\x1b)");
}

SPEC(LogFile, takes_pattern_signs_as_text) { assertSays(lineFor("%s %Y %t 100%"), "%s %Y %t 100%"); }

SPEC(LogFile, keeps_utf8_readable) { assertSays(lineFor("user=\u5f20\u4e09"), "user=\u5f20\u4e09"); }

SPEC(LogFile, cuts_a_line_that_is_too_long) {
    const std::string line = lineFor(std::string(100'000, 'x'));
    CPPUNIT_ASSERT_EQUAL(std::size_t(4'096), line.size());
}

SPEC(LogFile, cuts_no_character_in_two) {
    for (const std::string& start : {""s, "1"s, "12"s}) {
        std::string text = start;
        while (text.size() < 5'000) text += "\u5f20";
        const std::string line = lineFor(text);
        CPPUNIT_ASSERT(aiproject::isUtf8(line) && line.size() > 4'090 && line.size() <= 4'096);
        std::filesystem::remove(config.file);
    }
}

SPEC(LogFile, says_nothing_below_its_level) {
    config.level = LogLevel::warning;
    Log log(config, "worker");
    log.debug("one");
    log.info("two");
    log.warning("three");
    log.error("four");
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), lineCount());
    assertSays(content(), "three");
    assertSays(content(), "four");
}

SPEC(LogFile, goes_on_where_an_older_one_ended) {
    Log(config, "worker").info("first");
    Log(config, "worker").info("second");
    assertSays(content(), "first");
    assertSays(content(), "second");
}

SPEC(LogFile, is_shared_by_several_logs_without_mixing_lines) {
    constexpr int rounds = 200;
    const auto writeLines = [&](char letter) {
        Log log(config, "worker");
        for (int i = 0; i < rounds; ++i) log.info("<" + std::string(3'000, letter) + ">");
    };
    JoiningThreads writers;
    for (const char letter : {'a', 'b', 'c', 'd'}) writers.add([&, letter] { writeLines(letter); });
    writers.join();

    const std::string text = content();
    CPPUNIT_ASSERT_EQUAL(std::size_t(4 * rounds), lineCount());
    for (const char letter : {'a', 'b', 'c', 'd'}) {
        const std::string line = " <" + std::string(3'000, letter) + ">\n";
        CPPUNIT_ASSERT_EQUAL(std::size_t(rounds), countOf(text, line));
    }
}

SPEC(StandardError, is_shared_by_processes_without_mixing_lines) {
    std::array<int, 2> ends{};
    CPPUNIT_ASSERT_EQUAL(0, pipe2(ends.data(), O_CLOEXEC));
    const FileDescriptor reading(ends[0]);
    FileDescriptor writing(ends[1]);
    constexpr int rounds = 100;
    std::vector<pid_t> children;
    for (const char letter : {'a', 'b', 'c', 'd'}) children.push_back(childThatLogs(writing.get(), letter, rounds));
    writing = {};
    const std::string text = readToEnd(reading);
    for (const pid_t pid : children) waitpid(pid, nullptr, 0);

    std::istringstream lines(text);
    int whole = 0;
    for (std::string line; std::getline(lines, line); ++whole) {
        const auto start = line.find(" <") + 2;
        CPPUNIT_ASSERT_EQUAL_MESSAGE(line, start + 3'001, line.size());
        CPPUNIT_ASSERT_EQUAL_MESSAGE(line, line.size() - 1, line.find_first_not_of(line.at(start), start));
    }
    CPPUNIT_ASSERT_EQUAL(4 * rounds, whole);
}

SPEC(StandardError, that_nobody_reads_holds_nobody_up) {
    std::array<int, 2> ends{};
    CPPUNIT_ASSERT_EQUAL(0, pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK));
    const FileDescriptor reading(ends[0]), writing(ends[1]);
    Log log({"/dev/fd/" + std::to_string(writing.get()), LogLevel::info}, "worker");
    for (int i = 0; i < 100; ++i) log.error(std::string(3'000, 'x'));  // more than a pipe takes
    std::string seen(1'000'000, '\0');
    while (read(reading.get(), seen.data(), seen.size()) > 0) continue;
    log.error("again");
    const auto got = read(reading.get(), seen.data(), seen.size());
    CPPUNIT_ASSERT(got > 0 && seen.find("again") < std::size_t(got));
}

SPEC(LogFile, that_cannot_be_written_disturbs_nobody) {
    Log log({"/dev/full", LogLevel::info}, "worker");
    for (int i = 0; i < 3; ++i) log.error("the disk is full");
}

SPEC(LogFile, that_cannot_be_opened_is_said_at_once) {
    const std::string file = dir.file("missing/worker.log");
    assertSays(reasonOf([&] { Log log({file, LogLevel::info}, "worker"); }), file);
}

}  // namespace
