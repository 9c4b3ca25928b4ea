// JSON as plugins write and read it: by RFC 8259, whatever stands in the text.
#include "aiproject/json.h"

#include "support/spec.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace aiproject;
using namespace std::string_literals;

namespace {

struct Json : CppUnit::TestCase {
    static void assertIs(const std::string& text) {
        CPPUNIT_ASSERT_MESSAGE("refused: " + text, bool(json::parse(text)));
    }
    static void assertIsNot(const std::string& text) { CPPUNIT_ASSERT_MESSAGE("taken: " + text, !json::parse(text)); }
    static std::string textOf(const std::string& json) { return json::parse(json).text("not a string"); }
};

}  // namespace

SPEC(Json, is_written_with_its_commas) {
    json::Writer writer;
    writer.beginObject().member("a", 1).member("b", "x").name("list").beginArray();
    writer.value(true).null().value(1.5).beginArray().endArray().raw("{\"c\":[]}").endArray();
    writer.member("last", std::numeric_limits<std::int64_t>::min()).endObject();
    CPPUNIT_ASSERT_EQUAL(R"({"a":1,"b":"x","list":[true,null,1.5,[],{"c":[]}],"last":-9223372036854775808})"s,
                         writer.text());
    CPPUNIT_ASSERT(json::parse(writer.text()));
    // A string that ends like an open bracket is none.
    CPPUNIT_ASSERT_EQUAL(R"(["[","{",":",2])"s,
                         json::Writer().beginArray().value("[").value("{").value(":").value(2).endArray().take());
    CPPUNIT_ASSERT_EQUAL("[null,null]"s,
                         json::Writer().beginArray().value(std::nan("")).value(HUGE_VAL).endArray().take());
}

SPEC(Json, strings_are_escaped_and_repaired) {
    CPPUNIT_ASSERT_EQUAL(R"("a\"\\\/b")"s.replace(6, 2, "/"), json::quoted("a\"\\/b"));
    CPPUNIT_ASSERT_EQUAL(R"("\b\t\n\f\r\u000b\u0000\u001f")"s, json::quoted("\b\t\n\f\r\v\0\x1f"s));
    CPPUNIT_ASSERT_EQUAL("\"\u4f60\U0001F600\u007f\""s, json::quoted("\u4f60\U0001F600\u007f"));
    CPPUNIT_ASSERT_EQUAL("\"a\uFFFD\uFFFDb\""s, json::quoted("a\xE4\xBD"
                                                             "b"));
    for (int c = 0; c < 256; ++c) {
        const std::string text(1, char(c));
        CPPUNIT_ASSERT_EQUAL(c < 128 ? text : "\uFFFD"s, textOf(json::quoted(text)));
    }
}

SPEC(Json, members_are_found_by_their_path) {
    const std::string text =
        R"( {"choices":[{"delta":{"content":"h\u00e9"}},{"delta":null}], "n":-12,"x":1.5e2,"ok":true,
        "a\u0062":"escaped name","big":18446744073709551616,"":"no name"} )";
    const json::Value answer = json::parse(text);
    CPPUNIT_ASSERT_EQUAL("h\u00e9"s, answer.find("choices", 0, "delta", "content").text());
    CPPUNIT_ASSERT(answer.find("choices", 1, "delta").type() == json::Value::Type::null);
    CPPUNIT_ASSERT(!answer.find("choices", 2) && !answer.find("choices", 1, "delta", "content") &&
                   !answer.find("n", "x"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(-12), answer.find("n").integer().value());
    CPPUNIT_ASSERT_EQUAL(150.0, answer.find("x").number().value());
    CPPUNIT_ASSERT(!answer.find("x").integer() && !answer.find("big").integer() && answer.find("big").number());
    CPPUNIT_ASSERT(answer.find("ok").boolean().value() && !answer.find("n").boolean());
    CPPUNIT_ASSERT_EQUAL("escaped name"s, answer.find("ab").text());
    CPPUNIT_ASSERT_EQUAL("no name"s, answer.find("").text());
    CPPUNIT_ASSERT_EQUAL("otherwise"s, answer.find("n").text("otherwise"));
    CPPUNIT_ASSERT_EQUAL(R"({"content":"h\u00e9"})"s, std::string(answer.find("choices", 0, "delta").raw()));
}

SPEC(Json, the_last_of_several_members_counts) {
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), json::parse(R"({"a":1,"a":2})").find("a").integer().value());
}

SPEC(Json, elements_and_members_are_gone_through) {
    std::vector<std::string> seen;
    const json::Value value = json::parse(R"([ 1 , [2,3] ,"a,b" , {} ])");
    value.forEach([&](json::Value element) { seen.emplace_back(element.raw()); });
    CPPUNIT_ASSERT((std::vector<std::string>{"1", "[2,3]", "\"a,b\"", "{}"} == seen));
    CPPUNIT_ASSERT_EQUAL("[2,3]"s, std::string(value.element(1).raw()));
    seen.clear();
    json::parse(R"({ "a" : {"b":1} , "c]" : "}" })").forEachMember([&](const std::string& name, json::Value member) {
        seen.push_back(name + "=" + std::string(member.raw()));
    });
    CPPUNIT_ASSERT((std::vector<std::string>{R"(a={"b":1})", R"(c]="}")"} == seen));
    json::parse("{}").forEachMember([](const std::string&, json::Value) { CPPUNIT_FAIL("there is none"); });
    json::parse("3").forEach([](json::Value) { CPPUNIT_FAIL("it is no array"); });
}

SPEC(Json, surrogates_are_one_character_or_replaced) {
    CPPUNIT_ASSERT_EQUAL("\U0001F600"s, textOf(R"("\ud83d\ude00")"));
    CPPUNIT_ASSERT_EQUAL("\U0010FFFF"s, textOf(R"("\uDBFF\uDFFF")"));
    CPPUNIT_ASSERT_EQUAL("\uFFFDx"s, textOf(R"("\ud83dx")"));
    CPPUNIT_ASSERT_EQUAL("\uFFFD\uFFFD"s, textOf(R"("\ude00\ud83d")"));
    CPPUNIT_ASSERT_EQUAL("\uFFFD\U0001F600"s, textOf(R"("\ud83d\ud83d\ude00")"));
    CPPUNIT_ASSERT_EQUAL("\uFFFDA"s, textOf(R"("\ud83d\u0041")"));
    CPPUNIT_ASSERT_EQUAL("a\0b"s, textOf(R"("a\u0000b")"));
    CPPUNIT_ASSERT_EQUAL("/\b\f\n\r\t\"\\"s, textOf(R"("\/\b\f\n\r\t\"\\")"));
}

SPEC(Json, is_checked_as_a_whole) {
    for (const char* text : {"0", "-0", "1e5", "1E+5", "0.10e-2", "true", "false", "null", "\"\"", "[]", "{}", " [ ] ",
                             "[[],{}]", "{\"a\":{\"b\":[]}}", "\"\xF4\x8F\xBF\xBF\"", "\"\xEF\xBF\xBF\""})
        assertIs(text);
    for (const char* text : {"",
                             " ",
                             "01",
                             "-",
                             "+1",
                             ".5",
                             "1.",
                             "1e",
                             "1e+",
                             "0x1",
                             "NaN",
                             "tru",
                             "True",
                             "nulll",
                             "'a'",
                             "\"",
                             "\"a",
                             "[",
                             "]",
                             "{",
                             "[1,]",
                             "[,1]",
                             "[1 2]",
                             "[1}",
                             "{]",
                             "{\"a\"}",
                             "{\"a\":}",
                             "{\"a\":1,}",
                             "{a:1}",
                             "{\"a\":1 \"b\":2}",
                             "{,}",
                             "1 2",
                             "[] []",
                             "\"\\x\"",
                             "\"\\u12\"",
                             "\"\\u12g4\"",
                             "\"\\",
                             "\"\\u\"",
                             "\"\t\"",
                             "\"\n\"",
                             "// c\n1",
                             "\xEF\xBB\xBF{}",
                             "\"\xC0\x80\"",
                             "\"\xED\xA0\x80\"",
                             "\"\xF4\x90\x80\x80\"",
                             "\"\xE0\x9F\xBF\"",
                             "\"\xFF\"",
                             "\"\xE4\xBD\"",
                             "{\"a\":1}}",
                             "[1]]",
                             ":",
                             ","})
        assertIsNot(text);
    assertIsNot("1\0"s);
    assertIsNot("\"\0\""s);
    assertIsNot("[\0]"s);
}

SPEC(Json, every_beginning_of_a_text_is_refused) {
    const std::string whole = R"({"a":[1,-2.5e3,true,null,"\u00e9\ud83d\ude00\n"],"b":{"c":"d"}})";
    assertIs(whole);
    for (std::size_t size = 0; size < whole.size(); ++size) assertIsNot(whole.substr(0, size));
}

SPEC(Json, has_a_depth) {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    assertIs(nested(json::kDeepest));
    assertIsNot(nested(json::kDeepest + 1));
    assertIsNot(std::string(8'000'000, '['));
    std::string objects;
    for (std::size_t i = 0; i < json::kDeepest; ++i) objects += "{\"a\":";
    const std::string deep = objects + "7" + std::string(json::kDeepest, '}');
    json::Value value = json::parse(deep);
    for (std::size_t i = 0; i < json::kDeepest; ++i) value = value.find("a");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(7), value.integer().value());
}
