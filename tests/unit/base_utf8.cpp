// Text from outside: what is UTF-8, what is white space, how long it is.
#include "base/utf8.h"

#include "support/spec.h"

#include <string>

using namespace aiproject;
using namespace std::string_literals;

namespace {

struct Utf8 : CppUnit::TestCase {
    static void assertValid(const std::string& text) { CPPUNIT_ASSERT_MESSAGE("refused: " + text, isUtf8(text)); }
    static void assertInvalid(const std::string& text) { CPPUNIT_ASSERT_MESSAGE("accepted: " + text, !isUtf8(text)); }
};

SPEC(Utf8, takes_text_of_every_length_of_character) {
    assertValid("");
    assertValid("plain");
    assertValid("\u00e9\u4f60\u597d\U0001f600");
    assertValid("nul\0inside"s);
    assertValid("\xc2\x80\xdf\xbf");                  // U+0080, U+07FF
    assertValid("\xe0\xa0\x80\xef\xbf\xbf");          // U+0800, U+FFFF
    assertValid("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");  // U+10000, U+10FFFF
    assertValid("\xed\x9f\xbf\xee\x80\x80");          // beside the surrogates
}

SPEC(Utf8, refuses_overlong_forms) {
    assertInvalid("\xc0\x80");
    assertInvalid("\xc1\xbf");
    assertInvalid("\xe0\x80\x80");
    assertInvalid("\xe0\x9f\xbf");
    assertInvalid("\xf0\x80\x80\x80");
    assertInvalid("\xf0\x8f\xbf\xbf");
}

SPEC(Utf8, refuses_surrogates) {
    assertInvalid("\xed\xa0\x80");
    assertInvalid("\xed\xbf\xbf");
    assertInvalid("\xed\xa0\xbd\xed\xb8\x80");  // a pair, as CESU-8 writes it
}

SPEC(Utf8, refuses_what_is_above_the_last_code_point) {
    assertInvalid("\xf4\x90\x80\x80");
    assertInvalid("\xf5\x80\x80\x80");
    assertInvalid("\xf8\x88\x80\x80\x80");
    assertInvalid("\xfe");
    assertInvalid("\xff");
}

SPEC(Utf8, refuses_a_character_cut_at_any_byte) {
    const std::string whole = "ok\U0001f600";
    for (std::size_t size = 3; size < whole.size(); ++size) {
        assertInvalid(whole.substr(0, size));
        assertInvalid(whole.substr(0, size) + "ascii after it");
    }
    assertInvalid("\xc3");
    assertInvalid("\xe4\xbd");
}

SPEC(Utf8, refuses_continuation_bytes_without_a_start) {
    assertInvalid("\x80");
    assertInvalid("a\xbf");
    assertInvalid("\xc3\xa9\xa9");
    assertInvalid("\xc3\x28");
    assertInvalid("\xe2\x28\xa1");
    assertInvalid("\xf0\x28\x8c\xbc");
}

SPEC(Utf8, looks_at_no_more_than_the_view) {
    const std::string whole = "\u4f60";
    CPPUNIT_ASSERT(!isUtf8(std::string_view(whole).substr(0, 2)));
    CPPUNIT_ASSERT(isUtf8(std::string_view(whole).substr(0, 0)));
}

SPEC(Utf8, trims_white_space_of_any_script) {
    CPPUNIT_ASSERT_EQUAL("ann"s, trimmed(" \t\r\n\v\fann\n "));
    CPPUNIT_ASSERT_EQUAL("\u4f60\u597d"s, trimmed("\u3000\u4f60\u597d\u3000"));  // ideographic space
    CPPUNIT_ASSERT_EQUAL("ann"s, trimmed("\u00a0\u2003ann\u202f\u2028\u00a0"));  // NBSP, em space ...
    CPPUNIT_ASSERT_EQUAL("a \u3000 b"s, trimmed("a \u3000 b"));                  // inside it stays
    CPPUNIT_ASSERT_EQUAL("\U0001f600"s, trimmed("\u3000 \U0001f600 \u3000"));
}

SPEC(Utf8, trims_white_space_alone_to_nothing) {
    CPPUNIT_ASSERT_EQUAL(""s, trimmed(""));
    CPPUNIT_ASSERT_EQUAL(""s, trimmed(" "));
    CPPUNIT_ASSERT_EQUAL(""s, trimmed("\u3000\u00a0 \t\u3000"));
}

SPEC(Utf8, keeps_a_nul_at_the_ends) { CPPUNIT_ASSERT_EQUAL("\0a\0"s, trimmed(" \0a\0 "s)); }

SPEC(Utf8, counts_code_points) {
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), lengthOf(""));
    CPPUNIT_ASSERT_EQUAL(std::size_t(5), lengthOf("plain"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), lengthOf("\u4f60\u597d"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), lengthOf("\U0001f600\U00020000"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), lengthOf("e\u0301"));  // a letter and its accent
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), lengthOf("a\0b"s));
}

SPEC(Utf8, takes_what_is_none_for_one_sign_each_byte) {
    CPPUNIT_ASSERT_EQUAL(std::size_t(4), lengthOf("a\xff\xe4\xbd"s));
    CPPUNIT_ASSERT_EQUAL("\xe4\xbd"s, trimmed(" \xe4\xbd "));
    CPPUNIT_ASSERT(!hasSpace("\xc2"s) && !hasControlCharacter("\xc2\xff"s));
}

SPEC(Utf8, finds_white_space_of_any_script) {
    for (const std::string& text : {" "s, "a\tb"s, "a\u00a0"s, "\u3000a"s})
        CPPUNIT_ASSERT_MESSAGE("not found in " + text, hasSpace(text));
    for (const std::string& text : {""s, "a"s, "\u4f60\u597d"s, "a\x1f"s})
        CPPUNIT_ASSERT_MESSAGE("found in " + text, !hasSpace(text));
}

SPEC(Utf8, finds_control_characters_and_what_breaks_a_line) {
    for (const std::string& text :
         {"\0"s, "a\nb"s, "\r"s, "\t"s, "\x1b[31m"s, "\x7f"s, "\u0085"s, "\u009b"s, "a\u2028b"s, "\u2029"s})
        CPPUNIT_ASSERT_MESSAGE("not found in " + text, hasControlCharacter(text));
}

SPEC(Utf8, takes_no_printable_text_for_a_control_character) {
    for (const std::string& text : {""s, "a b"s, "\u4f60\u597d"s, "\u3000"s, "\U0001f600"s, "\u00e9"s})
        CPPUNIT_ASSERT_MESSAGE("found in " + text, !hasControlCharacter(text));
}

SPEC(Utf8, of_a_header_is_read_as_ISO_8859_1_where_it_is_none) {
    CPPUNIT_ASSERT_EQUAL("Jos\u00e9"s, headerText("Jos\xe9"));
    CPPUNIT_ASSERT_EQUAL("Jos\u00e9"s, headerText("Jos\u00e9"));
    CPPUNIT_ASSERT_EQUAL("\u00ff\u0080 a"s, headerText("\xff\x80 a"));
    CPPUNIT_ASSERT_EQUAL("王小明"s, headerText("王小明"));
    CPPUNIT_ASSERT_EQUAL(""s, headerText(""));
}

}  // namespace
