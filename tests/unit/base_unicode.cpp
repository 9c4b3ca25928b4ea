#include "base/unicode.h"

#include <cppunit/TestCase.h>

#include <string>
#include <vector>

#include "support/spec.h"

using namespace aiproject;
using namespace std::string_literals;

namespace {

struct UnicodeText : CppUnit::TestCase {
    static void assertAlike(const std::string& left, const std::string& right) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(left + " / " + right, skeletonOf(left), skeletonOf(right));
    }
    static void assertApart(const std::string& left, const std::string& right) {
        CPPUNIT_ASSERT_MESSAGE(left + " / " + right, skeletonOf(left) != skeletonOf(right));
    }
};

const std::string kFamily = "👩\u200d👩\u200d👧",
                  kEngland = "🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F";

}  // namespace

SPEC(UnicodeText, has_a_composed_and_a_decomposed_form) {
    CPPUNIT_ASSERT_EQUAL("Zo\u00eb"s, composed("Zoe\u0308"));
    CPPUNIT_ASSERT_EQUAL("Zoe\u0308"s, decomposed("Zo\u00eb"));
    CPPUNIT_ASSERT_EQUAL("\ud55c"s, composed("\u1112\u1161\u11ab"));
    CPPUNIT_ASSERT_EQUAL(""s, composed(""));
    CPPUNIT_ASSERT_EQUAL("a\0b"s, composed("a\0b"s));
}

SPEC(UnicodeText, has_one_kind_of_space_when_asked) {
    CPPUNIT_ASSERT_EQUAL("a b c d\te"s, withPlainSpaces("a\u00a0b\u3000c\u2003d\te"));
}

SPEC(UnicodeText, of_names_in_any_script_is_allowed) {
    for (const std::string& name : std::vector<std::string>{"ann",
                                                            "李小龙",
                                                            "Ольга",
                                                            "أحمد",
                                                            "நிலா",
                                                            "ひらカナ",
                                                            "한글",
                                                            "José Ñandú",
                                                            "O'Neil-Smith",
                                                            "Zoe\u0308",
                                                            "علی\u200cرضا",
                                                            "क्\u200dष",
                                                            "Nguyễn Thị",
                                                            "ไทย",
                                                            "100%",
                                                            "😀",
                                                            "❤",
                                                            "❤\ufe0f",
                                                            "❤\ufe0e",
                                                            "\U0001FAE9",  // of Unicode 16
                                                            "\U0001FAE9\ufe0f",
                                                            "ann \U0001FADC",
                                                            kFamily,
                                                            kEngland,
                                                            "🇩🇪",
                                                            "1\ufe0f\u20e3",
                                                            "🏳\u200d🌈",
                                                            "王小明 \U0001F600",
                                                            "👍\U0001F3FD"}) {
        CPPUNIT_ASSERT_MESSAGE(name, !disallowedCharacter(name));
        CPPUNIT_ASSERT_MESSAGE(name, hasVisibleCharacter(name));
        CPPUNIT_ASSERT_MESSAGE(name, !hasHiddenMark(name));
    }
}

SPEC(UnicodeText, has_no_character_that_nobody_sees) {
    for (const std::string& hidden : std::vector<std::string>{
             "\u200b", "\u00ad", "\u034f", "\u061c",     "\u115f",     "\u1160",     "\u17b4",     "\u180e",
             "\u200e", "\u200f", "\u202e", "\u2060",     "\u2066",     "\u2800",     "\u3164",     "\ufe0f",
             "\ufeff", "\uffa0", "\ufff9", "\U0001D159", "\U0001D173", "\U000E0001", "\U000E0041", "\U000E0100",
             "\ue000", "\u0378", "\uffff", "\u0007",     "\u0085",     "\u2028"})
        for (const std::string& name : {"adm" + hidden + "in", hidden, "admin" + hidden}) {
            CPPUNIT_ASSERT_MESSAGE(name, disallowedCharacter(name));
            CPPUNIT_ASSERT_MESSAGE(name, hasVisibleCharacter(name) == (name != hidden));
        }
}

SPEC(UnicodeText, has_joiners_only_where_a_script_or_an_emoji_needs_them) {
    for (const std::string& name :
         {"adm\u200din"s, "adm\u200cin"s, "\u200d"s, "a \u200c b"s, "😀\u200d"s, "😀\u200da"s, "\u200d😀"s,
          "😀\ufe0f\ufe0f"s, "😀\ufe0e\ufe0f"s, "xn--adm\u200din"s, "XN--adm\u200cin"s, "xn--a\u200db c"s,
          "a.xn--adm\u200din"s, "ann\ufe0e"s, "1\u200d2"s, "😀\U000E0041"s})
        CPPUNIT_ASSERT_MESSAGE(name, disallowedCharacter(name));
}

SPEC(UnicodeText, has_no_mark_that_nobody_sees) {
    for (const std::string& name : {"\u0301"s, "a \u0301b"s, "a\u0301\u0301"s, "admi\u0307n"s})
        CPPUNIT_ASSERT_MESSAGE(name, hasHiddenMark(name));
    for (const std::string& blank : {""s, " "s, "\u3000 \u00a0"s, "\u0301"s, "\u200b\u200b\u200b"s, "\u2800"s})
        CPPUNIT_ASSERT_MESSAGE(blank, !hasVisibleCharacter(blank));
}

SPEC(UnicodeText, that_looks_alike_has_one_skeleton) {
    for (const std::string& other : std::vector<std::string>{"\u0430dmin", "adm\u200bin", "adm\u00adin", "ａｄｍｉｎ",
                                                             "𝐚𝐝𝐦𝐢𝐧", "adrnin", "adm\u0456n", " admin ", "\u202eadmin"})
        assertAlike("admin", other);
    assertAlike("Zo\u00eb", "Zoe\u0308");
    assertAlike("a b", "a\u00a0\u2003b");
    assertAlike("O\u2019Neil", "O'Neil");
    assertAlike("l1I", "111");
    assertAlike("❤", "❤\ufe0f");
    assertAlike("❤", "❤\ufe0e");
    assertAlike("Сара", "Capa");
}

SPEC(UnicodeText, that_people_tell_apart_has_two) {
    assertApart("admin", "Admin");
    assertApart("ann", "ånn");
    assertApart("user1", "user2");
    assertApart("王", "玉");
    assertApart("a b", "ab");
    assertApart("😀", "😁");
    assertApart("ann", "ann\U0001FAE9");
}

SPEC(UnicodeText, comes_as_characters_that_people_see) {
    std::vector<std::string> seen;
    eachShownCharacter("e\u0301" + kFamily + "a❤\ufe0f\r\n", [&](const ShownCharacter& character) {
        seen.push_back((character.isEmoji ? "*" : "") + std::string(character.bytes));
    });
    const std::vector<std::string> expected{"e", "\u0301", "*" + kFamily, "a", "*❤\ufe0f", "\r", "\n"};
    CPPUNIT_ASSERT(expected == seen);
}

SPEC(UnicodeText, of_a_domain_is_written_as_its_owner_does) {
    CPPUNIT_ASSERT_EQUAL("bücher.example"s, domainForm("xn--bcher-kva.example").value_or(""));
    CPPUNIT_ASSERT_EQUAL("bücher.example"s, domainForm("BU\u0308CHER.example").value_or(""));
    CPPUNIT_ASSERT_EQUAL("例子.广告"s, domainForm("例子。广告").value_or(""));
    for (const char* domain : {"b\u00fc\u200dcher.example", "xn--a.example", "\u0301.example", "ab\u05d0.example"})
        CPPUNIT_ASSERT_MESSAGE(domain, !domainForm(domain));
}
