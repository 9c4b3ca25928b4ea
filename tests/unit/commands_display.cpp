// Stored text on a terminal, and the table that it stands in.
#include "commands/display_text.h"
#include "commands/table.h"
#include "support/spec.h"

#include <algorithm>
#include <sstream>

using namespace aiproject;
using namespace std::string_literals;

namespace {

using Kind = Column::Kind;

struct DisplayText : CppUnit::TestCase {};

struct TableForPeople : CppUnit::TestCase {
    static std::vector<std::string> linesOf(const Table& table) {
        std::stringstream text;
        table.print(text);
        std::vector<std::string> lines;
        for (std::string line; std::getline(text, line);) lines.push_back(line);
        return lines;
    }
    static std::string times(int count, const std::string& text) {
        std::string all;
        for (int i = 0; i < count; ++i) all += text;
        return all;
    }
};

}  // namespace

SPEC(DisplayText, counts_columns_and_not_bytes_or_characters) {
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), displayWidth(""));
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), displayWidth("ann"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), displayWidth("\u00e9t\u00e9"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), displayWidth("e\u0301t\u00e9"));  // an accent that stands on its letter
    CPPUNIT_ASSERT_EQUAL(std::size_t(6), displayWidth("王小明"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(8), displayWidth("ひらカナ"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(4), displayWidth("한글"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), displayWidth("\U0001F600"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), displayWidth("\U00020000"));
}

SPEC(DisplayText, cuts_between_characters_and_says_so) {
    CPPUNIT_ASSERT_EQUAL("王小明"s, shortened("王小明", 6));
    CPPUNIT_ASSERT_EQUAL("王小…"s, shortened("王小明", 5));
    CPPUNIT_ASSERT_EQUAL("王…"s, shortened("王小明", 4));  // half a character does not fit
    CPPUNIT_ASSERT_EQUAL("an…"s, shortened("annabel", 3));
}

SPEC(DisplayText, lets_nothing_move_the_cursor_or_turn_the_line) {
    CPPUNIT_ASSERT_EQUAL("a\\x1b[2Jb"s, safeForTerminal("a\x1b[2Jb"));
    CPPUNIT_ASSERT_EQUAL("a\\x0ab\\x7f"s, safeForTerminal("a\nb\x7f"));
    CPPUNIT_ASSERT_EQUAL("a\\u009bb"s, safeForTerminal("a\u009bb"));  // C1: the same as ESC [
    CPPUNIT_ASSERT_EQUAL("a\\u202eb\\u2028"s, safeForTerminal("a\u202eb\u2028"));
    CPPUNIT_ASSERT_EQUAL("a\\xffb\\xe7"s, safeForTerminal("a\xff"
                                                          "b\xe7"));
    CPPUNIT_ASSERT_EQUAL("王 小明"s, safeForTerminal("王 小明"));
}

SPEC(DisplayText, shows_what_nobody_sees_and_who_poses_as_another) {
    CPPUNIT_ASSERT_EQUAL("adm\\u200bin"s, safeForTerminal("adm\u200bin"));
    CPPUNIT_ASSERT_EQUAL("\\u200b\\u200b\\u200b"s, safeForTerminal("\u200b\u200b\u200b"));
    CPPUNIT_ASSERT_EQUAL("\\u2800\\u3164\\u00ad\\U000e0041"s, safeForTerminal("\u2800\u3164\u00ad\U000E0041"));
    CPPUNIT_ASSERT_EQUAL("\\u0430dmin"s, safeForTerminal("\u0430dmin"));
    CPPUNIT_ASSERT_EQUAL("Ольга \\u0430dmin"s, safeForTerminal("Ольга \u0430dmin"));
    CPPUNIT_ASSERT_EQUAL("\\u0421\\u0430\\u0440\\u0430"s, safeForTerminal("\u0421\u0430\u0440\u0430"));
    for (const std::string& name :
         {"Ольга"s, "José"s, "李小龙"s, "O\u2019Neil"s, "👩\u200d👩\u200d👧 ❤\ufe0f"s, "Ольга Smith"s})
        CPPUNIT_ASSERT_EQUAL(name, safeForTerminal(name));
}

SPEC(DisplayText, escapes_in_json_as_json_does) {
    CPPUNIT_ASSERT_EQUAL("{\n\"a\": \"\\u009b\\u007f\\u202e\\ufffd王\"}"s,
                         safeJson("{\n\"a\": \"\u009b\x7f\u202e\xff王\"}"));
    CPPUNIT_ASSERT_EQUAL("\"a\\u200bb\\udb40\\udc41 \u0430dmin\""s, safeJson("\"a\u200bb\U000E0041 \u0430dmin\""));
}

SPEC(TableForPeople, puts_cells_below_their_titles) {
    Table table({{"name"}, {"tokens", Kind::number}});
    table.add({"王小明", "5"});
    table.add({"ann", "unlimited"});
    const std::vector<std::string> expected{"name       tokens", "王小明          5", "ann     unlimited"};
    CPPUNIT_ASSERT(expected == linesOf(table));
}

SPEC(TableForPeople, prints_nothing_when_it_has_no_rows) {
    CPPUNIT_ASSERT(linesOf(Table({{"name"}, {"tokens", Kind::number}})).empty());
}

SPEC(TableForPeople, fits_80_columns_by_shortening_the_longest_texts_only) {
    Table table({{"name"}, {"academy"}, {"state", Kind::whole}, {"tokens", Kind::number}});
    const std::string state = times(12, "s");
    table.add({times(50, "王"), "short", state, "123456789012345"});
    table.add({"ann", times(70, "a"), state, "1"});
    const auto lines = linesOf(table);
    for (const std::string& line : lines) CPPUNIT_ASSERT_MESSAGE(line, displayWidth(line) <= Table::kColumns);
    CPPUNIT_ASSERT_MESSAGE(lines[1], lines[1].find("王…") != std::string::npos);
    CPPUNIT_ASSERT_MESSAGE(lines[1], lines[1].find("short ") != std::string::npos);
    CPPUNIT_ASSERT_MESSAGE(lines[1], lines[1].find(state + "  123456789012345") != std::string::npos);
    CPPUNIT_ASSERT_MESSAGE(lines[2], lines[2].find("a…") != std::string::npos);
}

SPEC(TableForPeople, is_never_a_way_to_the_terminal) {
    Table table({{"name"}});
    table.add({"\x1b]0;evil\x07"});
    CPPUNIT_ASSERT_EQUAL("\\x1b]0;evil\\x07"s, linesOf(table)[1]);
}
