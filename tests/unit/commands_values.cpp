// What the options of the commands mean, and how CSV is written.
#include "base/most_units.h"
#include "commands/balance_change.h"
#include "commands/csv.h"
#include "commands/values.h"
#include "support/spec.h"

using namespace aiproject;
using namespace std::string_literals;

namespace {

struct OptionValue : CppUnit::TestCase {
    static CommandLine with(const std::string& option, const std::string& text) {
        CommandLine line;
        line.options[option] = text;
        return line;
    }
    // The reason, which must name option and text.
    template <class Read>
    static void assertRefused(const std::string& option, const std::string& text, const Read& read) {
        try {
            read(with(option, text), option);
        } catch (const NotUnderstood& e) {
            const std::string reason = e.what();
            CPPUNIT_ASSERT_MESSAGE(reason, reason.find("--" + option) != std::string::npos);
            CPPUNIT_ASSERT_MESSAGE(reason, reason.find("'" + text + "'") != std::string::npos);
            return;
        }
        CPPUNIT_FAIL("'" + text + "' was understood");
    }
};

struct Csv : CppUnit::TestCase {};

}  // namespace

SPEC(OptionValue, is_a_number_within_its_bounds) {
    CPPUNIT_ASSERT_EQUAL(std::int64_t(7), numberOf(with("limit", "7"), "limit", 1, 50));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(50), numberOf({}, "limit", 1, 50));
    CPPUNIT_ASSERT_EQUAL(kMostUnits, numberOf(with("limit", std::to_string(kMostUnits)), "limit", 1, 50));
    for (const char* text :
         {"", "0", "-1", "1.5", "1e3", " 7", "7 ", "0x7", "+7", "1000000000000001", "99999999999999999999999", "seven"})
        assertRefused("limit", text,
                      [](const CommandLine& line, const std::string& option) { numberOf(line, option, 1, 50); });
}

SPEC(OptionValue, is_a_balance_that_may_have_no_limit) {
    CPPUNIT_ASSERT_EQUAL(std::int64_t(-1), balanceOf(with("tokens", "unlimited"), "tokens", 5));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(-1), balanceOf(with("tokens", "-1"), "tokens", 5));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), balanceOf(with("tokens", "0"), "tokens", 5));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(5), balanceOf({}, "tokens", 5));
    assertRefused("tokens", "-2",
                  [](const CommandLine& line, const std::string& option) { balanceOf(line, option, 5); });
}

SPEC(OptionValue, is_a_day_of_the_calendar_in_utc) {
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), dayOf(with("since", "1970-01-01"), "since", 5));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1'709'164'800'000), dayOf(with("since", "2024-02-29"), "since", 5));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1'709'251'200'000), dayAfter(with("until", "2024-02-29"), "until", 5));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(5), dayOf({}, "since", 5));
    for (const char* text : {"", "2023-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "1969-12-31", "22.11.2026",
                             "2026-11-22T00:00", "20261122", "2026-11-2x"})
        assertRefused("since", text,
                      [](const CommandLine& line, const std::string& option) { dayOf(line, option, 5); });
}

SPEC(OptionValue, says_what_happens_to_a_balance) {
    const auto change = [](const std::string& text) { return changeOf(with("tokens", text), "tokens"); };
    CPPUNIT_ASSERT(BalanceStep::Kind::add == change("+1000").kind);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1000), change("+1000").number);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(-20), change("-20").number);
    CPPUNIT_ASSERT(BalanceStep::Kind::set == change("=0").kind);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(-1), change("unlimited").number);
    CPPUNIT_ASSERT(BalanceStep::Kind::set == change("unlimited").kind);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), changeOf({}, "tokens").number);
    for (const char* text : {"", "1000", "x"}) assertRefused("tokens", text, changeOf);
    for (const char* text : {"=-1", "+", "--5", "+ 5", "=unlimited"})
        CPPUNIT_ASSERT_THROW_MESSAGE(text, change(text), NotUnderstood);
}

SPEC(OptionValue, is_told_to_the_audit_log_as_it_was_written) {
    CommandLine line = with("tokens", "+5");
    line.options["voice-seconds"] = "unlimited";
    CPPUNIT_ASSERT_EQUAL("tokens +5, voice_seconds unlimited"s, textOf(grantWords(line)));
    CPPUNIT_ASSERT_EQUAL(""s, textOf(grantWords({})));
}

SPEC(Csv, quotes_what_would_break_a_field) {
    CPPUNIT_ASSERT_EQUAL("ann"s, csvText("ann"));
    CPPUNIT_ASSERT_EQUAL(""s, csvText(""));
    CPPUNIT_ASSERT_EQUAL("\"a,b\""s, csvText("a,b"));
    CPPUNIT_ASSERT_EQUAL("\"say \"\"hi\"\"\""s, csvText("say \"hi\""));
    CPPUNIT_ASSERT_EQUAL("\"a\nb\""s, csvText("a\nb"));
    CPPUNIT_ASSERT_EQUAL("a,,7\r\n"s, csvLine({"a", "", "7"}));
}

SPEC(Csv, gives_no_formula_to_a_spreadsheet) {
    for (const std::string text : {"=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)"})
        CPPUNIT_ASSERT_EQUAL("'" + text, csvText(text));
    CPPUNIT_ASSERT_EQUAL("\"'=1,2\""s, csvText("=1,2"));
    CPPUNIT_ASSERT_EQUAL("a=1"s, csvText("a=1"));
}
