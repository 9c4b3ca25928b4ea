// The dialog of a text request: what is no dialog, and how a model gets it.
#include "routes/dialog.h"

#include "base/error.h"
#include "support/scripted_exchange.h"
#include "support/spec.h"
#include "unit/expect.h"

#include <optional>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct DialogOfRequest : CppUnit::TestCase {
    static std::string refused(const std::string& dialog) {
        const JsonBody body("{\"dialog\":" + dialog + "}");
        return expectError(ErrorKind::badRequest, [&] { const Dialog broken(body); }).forClient();
    }
};

SPEC(DialogOfRequest, comes_as_turns_in_the_words_that_were_said) {
    std::optional<JsonBody> body(
        std::in_place,
        R"({"dialog":[{"role":"system","content":""},{"content":"Hi \"\n\u4f60","role":"user","more":1},)"
        R"({"role":"assistant","content":"Yes?"},{"role":"user","content":"\u0000\u001f\u2028\ud83d\ude00\\"}]})");
    const Dialog dialog(*body);
    body.reset();  // they are copies
    CPPUNIT_ASSERT_EQUAL(std::size_t(4), dialog.turns().size());
    CPPUNIT_ASSERT_EQUAL("Hi \"\n\u4f60"s, dialog.turns()[1].content.str());
    CPPUNIT_ASSERT_EQUAL("assistant"s, dialog.turns()[2].role.str());
    CPPUNIT_ASSERT_EQUAL("\0\x1f\u2028\U0001f600\\"s, dialog.turns()[3].content.str());
}

SPEC(DialogOfRequest, is_a_list_with_something_in_it) {
    CPPUNIT_ASSERT_EQUAL("'dialog' is empty"s, refused("[]"));
    for (const std::string& dialog : {"{}"s, "\"hi\""s, "null"s, "1"s, R"({"role":"user","content":"x"})"s})
        CPPUNIT_ASSERT_EQUAL("'dialog' is not a list"s, refused(dialog));
    expectError(ErrorKind::badRequest, [] { const Dialog none(JsonBody("{}")); });
}

SPEC(DialogOfRequest, has_objects_in_it) {
    for (const std::string& entry : {"1"s, "null"s, "\"hi\""s, "[]"s, "[[]]"s})
        CPPUNIT_ASSERT_EQUAL("dialog[0] is not an object"s, refused("[" + entry + "]"));
    CPPUNIT_ASSERT_EQUAL("dialog[1] is not an object"s, refused(R"([{"role":"user","content":"x"},7])"));
}

SPEC(DialogOfRequest, has_entries_with_role_and_content) {
    assertSays(refused("[{}]"), "is not text");
    for (const std::string& entry :
         {R"({"content":"x"})"s, R"({"role":1,"content":"x"})"s, R"({"role":null,"content":"x"})"s})
        CPPUNIT_ASSERT_EQUAL("dialog[0].role is not text"s, refused("[" + entry + "]"));
    for (const std::string& entry :
         {R"({"role":"user"})"s, R"({"role":"user","content":1})"s, R"({"role":"user","content":["x"]})"s})
        CPPUNIT_ASSERT_EQUAL("dialog[0].content is not text"s, refused("[" + entry + "]"));
}

SPEC(DialogOfRequest, knows_three_roles) {
    for (const std::string& role : {""s, "User"s, "tool"s, "user "s, "developer"s})
        CPPUNIT_ASSERT_EQUAL("dialog[0].role is not system, user or assistant"s,
                             refused(R"([{"role":")" + role + R"(","content":"x"}])"));
}

SPEC(DialogOfRequest, ends_with_the_users_question) {
    for (const std::string& role : {"system"s, "assistant"s})
        CPPUNIT_ASSERT_EQUAL("the last entry of 'dialog' is not the user's"s,
                             refused(R"([{"role":"user","content":"x"},{"role":")" + role + R"(","content":"y"}])"));
}

SPEC(DialogOfRequest, is_utf8_also_behind_escapes) {
    const std::string half = R"({"dialog":[{"role":"user","content":"\ud83d"}]})";
    expectError(ErrorKind::badRequest, [&] { const Dialog broken{JsonBody(half)}; });
}

SPEC(DialogOfRequest, may_be_long) {
    std::string entries;
    for (int i = 0; i < 2'000; ++i) entries += R"({"role":"user","content":"q"},{"role":"assistant","content":"a"},)";
    const JsonBody body("{\"dialog\":[" + entries + R"({"role":"user","content":"end"}]})");
    CPPUNIT_ASSERT_EQUAL(std::size_t(4'001), Dialog(body).turns().size());
}

}  // namespace
