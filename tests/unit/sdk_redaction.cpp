// Secrets are found by their values, in the forms in which others repeat them.
#include "aiproject/redaction.h"

#include "support/spec.h"
#include "unit/expect.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct Redacted : CppUnit::TestCase {
    Redaction redaction;

    std::string of(const std::string& text) const { return redaction.applied(text); }
};

SPEC(Redacted, is_nothing_where_there_is_no_secret) {
    CPPUNIT_ASSERT(redaction.empty());
    CPPUNIT_ASSERT_EQUAL("as it is"s, of("as it is"));
    redaction.add("");
    redaction.add("abc");
    CPPUNIT_ASSERT(redaction.empty());
    CPPUNIT_ASSERT_EQUAL("abc"s, of("abc"));
}

SPEC(Redacted, is_a_secret_wherever_it_stands_and_nothing_beside_it) {
    redaction.add("addd2272b6d8b7c8");
    redaction.add("MjlmNzkzNmZkMDQ2");
    CPPUNIT_ASSERT_EQUAL("[secret]"s, of("addd2272b6d8b7c8"));
    CPPUNIT_ASSERT_EQUAL("key=[secret]&secret=[secret];"s, of("key=addd2272b6d8b7c8&secret=MjlmNzkzNmZkMDQ2;"));
    CPPUNIT_ASSERT_EQUAL("another [secret]"s, of("another addd2272b6d8"));
    CPPUNIT_ASSERT_EQUAL("addd2272b6d"s, of("addd2272b6d"));  // too short a part to tell
}

SPEC(Redacted, is_a_part_of_a_secret_too) {
    redaction.add("addd2272b6d8b7c8abdd79531420ca3b");
    CPPUNIT_ASSERT_EQUAL("cut [secret]"s, of("cut addd2272b6d8"));
    CPPUNIT_ASSERT_EQUAL("[secret] end"s, of("79531420ca3b end"));
    CPPUNIT_ASSERT_EQUAL("a [secret]..."s, of("a b7c8abdd7953..."));
}

SPEC(Redacted, is_a_percent_encoded_secret) {
    redaction.add("p@ss/w\xc3\xb6rd+=");
    CPPUNIT_ASSERT_EQUAL("at [secret]!"s, of("at p%40ss%2Fw%C3%B6rd%2B%3D!"));
    CPPUNIT_ASSERT_EQUAL("at [secret]!"s, of("at p%40ss%2fw%c3%b6rd%2b%3d!"));
}

SPEC(Redacted, is_base64_of_a_longer_text_at_each_place) {
    redaction.add("addd2272b6d8b7c8abdd79531420ca3b");
    // base64 of x"addd…3b", xy"addd…3b", xyz"addd…3b", by another program
    for (const std::string& text :
         {"eCJhZGRkMjI3MmI2ZDhiN2M4YWJkZDc5NTMxNDIwY2EzYiI="s, "eHkiYWRkZDIyNzJiNmQ4YjdjOGFiZGQ3OTUzMTQyMGNhM2Ii"s,
          "eHl6ImFkZGQyMjcyYjZkOGI3YzhhYmRkNzk1MzE0MjBjYTNiIg=="s}) {
        const std::string shown = of(text);
        assertSays(shown, "[secret]");
        CPPUNIT_ASSERT_MESSAGE(shown, shown.size() < 20);
    }
}

SPEC(Redacted, is_no_word_that_a_secret_begins_or_ends_with) {
    redaction.add("database-2024");
    redaction.add("aiproject-connection-refused");
    const std::string said = "aiproject: connection refused by database, 2024";
    CPPUNIT_ASSERT_EQUAL(said, of(said));
    CPPUNIT_ASSERT_EQUAL("at [secret]: [secret]"s, of("at database-2024: aiproject-connection-refused"));
}

SPEC(Redacted, is_a_secret_too_short_for_pieces_in_base64_at_each_place) {
    redaction.add("p@ssw0rd9");
    // base64 of "u:p@ssw0rd9", "us:p@ssw0rd9", "usr:p@ssw0rd9"
    for (const std::string& text : {"dTpwQHNzdzByZDk="s, "dXM6cEBzc3cwcmQ5"s, "dXNyOnBAc3N3MHJkOQ=="s})
        assertSays(of("Basic " + text), "[secret]");
}

SPEC(Redacted, is_a_short_secret_where_it_is_a_whole_word) {
    redaction.add("12345");
    CPPUNIT_ASSERT_EQUAL("pass [secret], 0123456"s, of("pass 12345, 0123456"));
}

}  // namespace
