// JSON bodies: what is refused, and that nothing hostile does more than that.
#include "http/json_body.h"

#include "base/error.h"
#include "support/spec.h"
#include "unit/expect.h"

#include <random>
#include <string>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct Body : CppUnit::TestCase {
    static std::string refused(const std::string& text) {
        return expectError(ErrorKind::badRequest, [&] { const JsonBody body(text); }).forClient();
    }
    template <class Use>
    static std::string refusedUse(const std::string& text, Use&& use) {
        const JsonBody body(text);
        return expectError(ErrorKind::badRequest, [&] { use(body); }).forClient();
    }
    static std::string refusedText(const std::string& text) {
        return refusedUse(text, [](const JsonBody& body) { return body.text("a"); });
    }
    static std::string refusedList(const std::string& text) {
        return refusedUse(text, [](const JsonBody& body) { return body.array("a"); });
    }
};

SPEC(Body, gives_its_text_and_lists) {
    const JsonBody body(R"( {"a": "\u4f60 \ud83d\ude00 \"x\"", "list": [1, "two"], "empty": ""} )");
    CPPUNIT_ASSERT_EQUAL("\u4f60 \U0001f600 \"x\""s, body.text("a"));
    CPPUNIT_ASSERT_EQUAL(""s, body.text("empty"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), body.array("list").size());
}

SPEC(Body, is_not_repeated_to_the_log_when_it_cannot_be_read) {
    for (const std::string& text : {R"({"username":"ann","password":12345678x})"s, R"({"password":hunter2hunter2})"s,
                                    R"({"password":12345678 "email":1})"s, R"({"password":"hunter2hunter2)"s,
                                    R"({"password":-12345678.12345678.1})"s, R"("hunter2hunter2")"s, "12345678"s}) {
        const Error error = expectError(ErrorKind::badRequest, [&] { const JsonBody body(text); });
        for (const std::string& part : {"1234"s, "hunter"s, "ann"s}) {
            assertSilentOf(error.what(), part);
            assertSilentOf(error.forClient(), part);
        }
    }
    assertSilentOf(refusedText(R"({"a":12345678})"), "1234");
}

SPEC(Body, names_what_is_missing) {
    CPPUNIT_ASSERT_EQUAL("the body lacks 'a'"s, refusedText("{}"));
    CPPUNIT_ASSERT_EQUAL("the body lacks 'a'"s, refusedText(R"({"A":"other case"})"));
    CPPUNIT_ASSERT_EQUAL("the body lacks 'a'"s, refusedList("{}"));
}

SPEC(Body, names_what_has_another_type) {
    for (const std::string& value : {"null"s, "1"s, "1.5"s, "true"s, "{}"s, "[]"s, "[\"x\"]"s})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(value, "'a' is not text"s, refusedText("{\"a\":" + value + "}"));
    for (const std::string& value : {"null"s, "1"s, "\"[]\""s, "{}"s})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(value, "'a' is not a list"s, refusedList("{\"a\":" + value + "}"));
}

SPEC(Body, takes_a_missing_or_null_member_for_what_the_caller_says) {
    CPPUNIT_ASSERT_EQUAL("x"s, JsonBody("{}").textOr("a", "x"));
    CPPUNIT_ASSERT_EQUAL("x"s, JsonBody(R"({"a":null})").textOr("a", "x"));
    CPPUNIT_ASSERT_EQUAL("y"s, JsonBody(R"({"a":"y"})").textOr("a", "x"));
    refusedUse(R"({"a":7})", [](const JsonBody& body) { return body.textOr("a", "x"); });
}

SPEC(Body, is_an_object_and_nothing_else) {
    for (const std::string& text : {"[]"s, "[{}]"s, "\"text\""s, "1"s, "null"s, "true"s})
        CPPUNIT_ASSERT_MESSAGE(text, !refused(text).empty());
}

SPEC(Body, is_json_from_the_first_byte_to_the_last) {
    for (const std::string& text : {""s,
                                    " "s,
                                    "{"s,
                                    "}"s,
                                    "{\"a\":\"b\""s,
                                    "{\"a\":\"b\"}}"s,
                                    "{\"a\":\"b\"} x"s,
                                    "{\"a\":\"b\",}"s,
                                    "{a:\"b\"}"s,
                                    "{'a':'b'}"s,
                                    "{\"a\" \"b\"}"s,
                                    "{\"a\":NaN}"s,
                                    "{\"a\":01}"s,
                                    "a=b&c=d"s,
                                    "<a/>"s,
                                    "{\"a\":\"line\nbreak\"}"s,
                                    "\xef\xbb\xbf"s,
                                    "\xef\xbb\xbf\xef\xbb\xbf{}"s,
                                    " \xef\xbb\xbf{}"s,
                                    "{}\xef\xbb\xbf"s,
                                    "{\xef\xbb\xbf\"a\":\"b\"}"s,
                                    "\xef\xbb{}"s,
                                    "{\"a\":\"\\x41\"}"s,
                                    "{\"a\":\"\\u12\"}"s,
                                    "{\"a\":tru}"s,
                                    "{}\0"s,
                                    "{\"a\":1e999}"s,
                                    "{\"a\":99999999999999999999}"s,
                                    "{\"a\":-99999999999999999999}"s})
        CPPUNIT_ASSERT_MESSAGE(text, !refused(text).empty());
}

SPEC(Body, may_have_one_byte_order_mark_before_it) {
    CPPUNIT_ASSERT_EQUAL("b"s, JsonBody("\xef\xbb\xbf{\"a\":\"b\"}").text("a"));
    CPPUNIT_ASSERT_EQUAL("b"s, JsonBody("\xef\xbb\xbf \r\n{\"a\":\"b\"}\n").text("a"));
    CPPUNIT_ASSERT_EQUAL("\xef\xbb\xbf"s, JsonBody("{\"a\":\"\xef\xbb\xbf\"}").text("a"));
}

SPEC(Body, is_utf8) {
    CPPUNIT_ASSERT_EQUAL("the body is not valid UTF-8"s, refused("{\"a\":\"\xff\"}"));
    CPPUNIT_ASSERT_EQUAL("the body is not valid UTF-8"s, refused("{\"a\":\"\xed\xa0\x80\"}"));
    CPPUNIT_ASSERT_EQUAL("the body is not valid UTF-8"s, refused("\xc4\xe3\xba\xc3"));  // GBK
}

SPEC(Body, lets_no_half_of_a_surrogate_pair_through) {
    for (const std::string& text : {R"(\ud800)"s, R"(\udc00)"s, R"(a\ud83d)"s, R"(\ud83dx)"s, R"(\ude00\ud83d)"s,
                                    R"(\ud83d\u0041)"s, R"(\ud83d\ud83d)"s}) {
        const std::string reason = reasonOf([&] { return JsonBody("{\"a\":\"" + text + "\"}").text("a"); });
        CPPUNIT_ASSERT_MESSAGE(text + ": " + reason, says(reason, "'a' has half a character"));
    }
}

SPEC(Body, tells_where_a_number_or_half_a_character_cannot_be_kept) {
    const auto memberOf = [](const std::string& text) {
        return expectError(ErrorKind::badRequest, [&] { const JsonBody body(text); }).member();
    };
    CPPUNIT_ASSERT_EQUAL("max_tokens"s, memberOf(R"({"n":[1,-2.5e3],"max_tokens":100000000000000000000})"));
    CPPUNIT_ASSERT_EQUAL("temperature"s, memberOf(R"({"b":"1e999","temperature":-1e999})"));
    CPPUNIT_ASSERT_EQUAL("a[2].b"s, memberOf(R"({"x":{"y":[]},"a":[{"c":"[,"},"\\",{"a":[1,2],"b":1e999}]})"));
    CPPUNIT_ASSERT_EQUAL("messages[1].content"s,
                         memberOf(R"({"messages":[{"content":"\ud83d\ude00\\ud83d\u0041"},{"content":"a\"\ud83d"}]})"));
    // A name of another kind is not repeated.
    CPPUNIT_ASSERT_EQUAL(""s, memberOf(R"({"a b":1e999})"));
    CPPUNIT_ASSERT_EQUAL("the body has a number that is out of range"s, refused(R"({"a b":1e999})"));
    // What is wrong in another way is not said to be out of range.
    for (const char* text : {R"({"a":01})", R"({"a":-})", R"({"a":1e999.1})", R"({"a":"\x"})", R"({"a":"\u12"})",
                             R"({"a":1e999)", R"({"a":"\ud83d)"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(text, "the body is not valid JSON"s, refused(text));
}

SPEC(Body, keeps_what_stands_behind_an_escaped_nul) {
    CPPUNIT_ASSERT_EQUAL("a\0b"s, JsonBody(R"({"a":"a\u0000b"})").text("a"));
}

SPEC(Body, with_a_member_twice_has_the_last_one) {
    CPPUNIT_ASSERT_EQUAL("2"s, JsonBody(R"({"a":"1","a":"2"})").text("a"));
}

SPEC(Body, has_at_most_50000_values_because_each_costs_memory) {
    const auto list = [](int values) {
        std::string text = R"({"a":["[,{")";  // not in a string
        for (int i = 2; i < values; ++i) text += ",{}";
        return text + "]}";
    };
    CPPUNIT_ASSERT_EQUAL(std::size_t(20'000), JsonBody(list(20'001)).array("a").size());
    CPPUNIT_ASSERT_EQUAL("the body has too many values"s, refused(list(50'001)));
    CPPUNIT_ASSERT_EQUAL("the body has too many values"s, refused(std::string(4'000'000, '[')));
}

SPEC(Body, may_be_16_levels_deep_and_not_more) {
    const auto nested = [](std::size_t lists) {
        return "{\"a\":" + std::string(lists, '[') + std::string(lists, ']') + "}";
    };
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), JsonBody(nested(15)).array("a").size());
    CPPUNIT_ASSERT_EQUAL("b"s, JsonBody(R"({"x":"[[[[[[[[[[[[[[[[[[\"{{","a":"b"})").text("a"));
    for (const std::size_t lists : {std::size_t(16), std::size_t(20), std::size_t(128), std::size_t(40'000)})
        CPPUNIT_ASSERT_EQUAL("the body is not valid JSON"s, refused(nested(lists)));
    CPPUNIT_ASSERT_EQUAL("the body is not valid JSON"s, refused("{\"a\":" + std::string(40'000, '[')));
    std::string objects;
    for (int i = 0; i < 40'000; ++i) objects += "{\"a\":";
    CPPUNIT_ASSERT_EQUAL("the body is not valid JSON"s, refused(objects));
}

SPEC(Body, with_numbers_of_any_size_is_read_or_refused) {
    for (const std::string& number :
         {"99999999999999999999"s, "-99999999999999999999"s, "1e308"s, "1e309"s, "-1e400"s, "0.000000000000000000001"s,
          std::string(10'000, '9'), "1." + std::string(10'000, '3'), "1e" + std::string(100, '9')}) {
        const std::string text = "{\"a\":" + number + "}";
        const Error error = expectError(ErrorKind::badRequest, [&] { return JsonBody(text).text("a"); });
        CPPUNIT_ASSERT(error.forClient() == "'a' is not text" ||
                       error.forClient() == "'a' has a number that is out of range");
    }
}

SPEC(Body, that_is_longer_than_what_a_thread_keeps_memory_for_is_read_alike) {
    const std::string longText(100'000, 'x');
    const JsonBody outer("{\"a\":\"" + longText + "\"}"), inner(R"({"a":"b"})"), last(R"({"a":"c"})");
    CPPUNIT_ASSERT_EQUAL(longText, outer.text("a"));
    CPPUNIT_ASSERT_EQUAL("bc"s, inner.text("a") + last.text("a"));
    CPPUNIT_ASSERT_EQUAL("the body is not valid JSON"s, refused("{\"a\":\"" + longText + "}"));
}

SPEC(Body, that_is_a_megabyte_of_garbage_is_refused) {
    std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same garbage each time
    std::uniform_int_distribution<int> anyByte(0, 255), printable(0x20, 0x7e);
    std::string bytes, text = "{";
    for (int i = 0; i < 1'000'000; ++i) {
        bytes += char(anyByte(random));
        text += char(printable(random));
    }
    CPPUNIT_ASSERT(!refused(bytes).empty());
    CPPUNIT_ASSERT(!refused(text).empty());
    CPPUNIT_ASSERT(!refused("{\"a\":\"" + std::string(1'000'000, 'x')).empty());
}

SPEC(Body, that_was_mangled_is_read_or_refused_as_bad) {
    const std::string whole =
        R"({"uuid":"3f\u4f60","username":"ann","dialog":[{"role":"user","content":"hi\n"}],"n":-1.5e3})";
    std::mt19937 random(11);
    std::uniform_int_distribution<std::size_t> place(0, whole.size() - 1);
    std::uniform_int_distribution<int> anyByte(0, 255);
    for (int i = 0; i < 20'000; ++i) {
        std::string mangled = whole;
        for (int change = 0; change <= i % 3; ++change) mangled[place(random)] = char(anyByte(random));
        if (i % 5 == 0) mangled.resize(place(random));
        try {
            JsonBody(mangled).text("uuid");
        } catch (const Error& error) {
            CPPUNIT_ASSERT_EQUAL_MESSAGE(mangled, int(ErrorKind::badRequest), int(error.kind()));
        } catch (const std::exception& error) {
            CPPUNIT_FAIL(mangled + ": " + describe(error));
        }
    }
}

SPEC(Body, is_not_repeated_in_the_refusal) {
    for (const std::string& text :
         {R"({"password":"hunter2)"s, R"({"password":hunter2})"s, R"({"password":"hunter2",})"s,
          R"({"password":"hunter2"} hunter2)"s, "{\"password\":\"hunter2\x01\"}"s}) {
        const Error error = expectError(ErrorKind::badRequest, [&] { const JsonBody body(text); });
        assertSilentOf(error.forClient(), "hunter2");
        assertSilentOf(error.what(), "hunter2");
    }
}

}  // namespace
