// What is read out of one frame of Spark's, whatever else stands in it.
#include "api/spark_frames.h"

#include "support/spec.h"

#include <cppunit/TestCase.h>

#include <string>

using namespace aiproject;
using namespace std::string_literals;

namespace {

const std::string kHead = R"("header":{"code":0,"message":"Success","sid":"s","status":1})";
const std::string kList = R"("choices":{"status":1,"seq":3,"text":[{"content":"a","role":"assistant","index":0}]})";

std::string messageOf(const std::string& header, const std::string& payload) {
    return "{" + header + R"(,"payload":{)" + payload + "}}";
}

std::string withText(const std::string& elements) {
    return messageOf(kHead, R"("choices":{"status":1,"text":[)" + elements + "]}");
}

struct SparkReading : CppUnit::TestCase {
    static Seen seen(const std::string& json) { return lookAtSpark(json).seen; }
    static std::string idOf(const std::string& json) { return std::string(lookAtSpark(json).upstreamId); }
    static std::string contentOf(const std::string& json) {
        std::string content;
        const FrameLook look = lookAtSpark(json);
        for (const AnswerPiece& piece : look.pieces)
            if (piece.kind == AnswerPiece::Kind::text) content += piece.text;
        return content;
    }
    static void assertSeen(Seen expected, const std::string& json) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(json, int(expected), int(seen(json)));
    }
    static void isPlain(const std::string& json, const std::string& content) {
        assertSeen(Seen::passed, json);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(json, content, contentOf(json));
        CPPUNIT_ASSERT_MESSAGE(json, !lookAtSpark(json).usage && lookAtSpark(json).completed.empty());
    }
};

SPEC(SparkReading, finds_nothing_to_do_in_a_frame_in_mid_answer) {
    isPlain(messageOf(kHead, kList), "a");
    isPlain("  { " + kHead + R"( , "payload" : { )" + kList + R"( } , "x" : [1, {"status": 2}, null, -1.5e3] } )", "a");
    isPlain(withText(""), "");
    isPlain(withText(R"({"content":"","reasoning_content":"hm"})"), "");
    isPlain(withText(R"({"content":"\u4f60"},{"content":"b"})"),
            "\u4f60"
            "b");
    isPlain(messageOf(R"("header":{"code":0,"status":0,"x":{"code":5,"status":2,"sid":"x"}})", kList), "a");
    isPlain(messageOf(kHead, kList + R"(,"usage":null)"), "a");
}

SPEC(SparkReading, finds_the_end_by_whole_numbers_alone) {
    assertSeen(Seen::last, messageOf(R"("header":{"code":0,"status":2})", kList));
    assertSeen(Seen::last, messageOf(kHead, R"("choices":{"status":2,"text":[]})"));
    for (const char* status : {"2.0", "2e0", "\"2\"", "true", "null", "[2]", R"({"status":2})", "18446744073709551618",
                               "4294967298", "-2", "20"}) {
        isPlain(messageOf(R"("header":{"code":0,"status":)" + std::string(status) + "}", kList), "a");
        isPlain(messageOf(kHead, R"("choices":{"status":)" + std::string(status) + R"(,"text":[]})"), "");
    }
}

SPEC(SparkReading, takes_a_whole_number_for_a_code_and_nothing_else) {
    assertSeen(Seen::other, R"({"header":{"code":-0}})");
    for (const char* code : {"1", "-1", "10013", "9223372036854775807", "-9223372036854775808", "0.0", "0e0", "\"0\"",
                             "true", "null", "[0]", "{}", R"({"code":0})", "9223372036854775808",
                             "18446744073709551615", "-9223372036854775809", "1e-999"})
        assertSeen(Seen::error, messageOf(R"("header":{"code":)" + std::string(code) + R"(,"status":1})", kList));
    for (const char* json : {R"({"header":[0]})", R"({"header":null})", R"({"payload":{"code":0}})", R"({"code":0})"})
        assertSeen(Seen::error, json);
}

SPEC(SparkReading, takes_what_is_of_another_type_for_missing) {
    for (const char* element : {"1", R"("a")", "null", "[]", R"([{"content":"a"}])", R"({"content":5})",
                                R"({"content":null})", R"({"content":["a"]})", R"({"content":{"content":"a"}})"})
        isPlain(withText(element), "");
    for (const char* choices :
         {R"({"text":{}})", R"({"text":{"content":"a"}})", R"({"text":"a"})", R"({"text":null})"}) {
        assertSeen(Seen::other, messageOf(kHead, R"("choices":)" + std::string(choices)));
        CPPUNIT_ASSERT_EQUAL(""s, contentOf(messageOf(kHead, R"("choices":)" + std::string(choices))));
    }
    for (const char* choices : {"[]", "null", "7", R"([{"text":[{"content":"a"}]}])"}) {
        assertSeen(Seen::passed, messageOf(kHead, R"("choices":)" + std::string(choices)));
        CPPUNIT_ASSERT_EQUAL(""s, contentOf(messageOf(kHead, R"("choices":)" + std::string(choices))));
    }
    const std::string odd = R"({"header":{"code":0,"message":5,"sid":["s"]},"payload":[{"choices":{"text":[]}}]})";
    assertSeen(Seen::other, odd);
    CPPUNIT_ASSERT_EQUAL(""s, idOf(odd));
}

SPEC(SparkReading, believes_the_last_one_of_what_comes_twice) {
    CPPUNIT_ASSERT_EQUAL("b"s, contentOf(withText(R"({"content":"a","content":"b"})")));
    CPPUNIT_ASSERT_EQUAL("xb"s, contentOf(withText(R"({"content":"x"},{"content":"a","content":"b"})")));
    CPPUNIT_ASSERT_EQUAL(""s, contentOf(withText(R"({"content":"a","content":5})")));
    CPPUNIT_ASSERT_EQUAL("b"s, contentOf(messageOf(kHead, R"("choices":{"text":[{"content":"a"}],)"
                                                          R"("text":[{"content":"b"}]})")));
    CPPUNIT_ASSERT_EQUAL("a"s, contentOf(messageOf(kHead, kList + "," + kList)));
    assertSeen(Seen::passed, messageOf(kHead, kList + R"(,"choices":null)"));
    assertSeen(Seen::other, "{" + kHead + R"(,"payload":{)" + kList + R"(},"payload":{}})");
    CPPUNIT_ASSERT_EQUAL("b"s, idOf(R"({"header":{"code":0,"sid":"a","sid":"b"}})"));
    assertSeen(Seen::error, R"({"header":{"code":0,"code":7}})");
    assertSeen(Seen::other, R"({"header":{"code":0,"status":2,"status":"2"}})");
    CPPUNIT_ASSERT_EQUAL(""s, idOf(R"({"header":{"code":5,"sid":"a"},"header":{"code":0}})"));
    assertSeen(Seen::error, R"({"header":{"code":0},"header":{}})");
    assertSeen(Seen::error, R"({"header":{"code":0,"code":"0"}})");
}

SPEC(SparkReading, believes_the_last_counts_of_those_that_come_twice) {
    const auto told = [](const std::string& payload) { return lookAtSpark(messageOf(kHead, payload)).usage; };
    const std::string counts = R"("usage":{"text":{"prompt_tokens":5,"total_tokens":14}})";
    CPPUNIT_ASSERT_EQUAL(std::int64_t(14),
                         believedUsage(*told(R"("usage":{"text":{"total_tokens":"x"}},)" + counts)).total);
    CPPUNIT_ASSERT(!told(R"("usage":{"text":{"prompt_tokens":1},"text":{"total_tokens":9}})")->prompt);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(9), *told(R"("usage":{"text":{"total_tokens":0.5,"total_tokens":9}})")->total);
    CPPUNIT_ASSERT(!told(counts + R"(,"usage":null)"));
    CPPUNIT_ASSERT(!told(R"("usage":{"text":{"total_tokens":9},"text":[]})"));
    CPPUNIT_ASSERT(!told(R"("usage":{"text":{"total_tokens":9,"total_tokens":9.5}})")->fault.empty());
    CPPUNIT_ASSERT(told(R"("usage":{"text":{"total_tokens":9,"prompt_tokens":null,"x":"y"}})")->fault.empty());
}

SPEC(SparkReading, completes_each_element_without_content_and_changes_nothing_else) {
    const auto completed = [](const std::string& elements) { return lookAtSpark(withText(elements)).completed; };
    CPPUNIT_ASSERT_EQUAL(withText(R"( {"content":"", "reasoning_content" : "h\u006d" ,"n":1.50} )"),
                         completed(R"( { "reasoning_content" : "h\u006d" ,"n":1.50} )"));
    CPPUNIT_ASSERT_EQUAL(withText(R"({"content":""},{"content":"b"},{"content":"","x":{"content":"a"}},[{}],1)"),
                         completed(R"({},{"content":"b"},{"x":{"content":"a"}},[{}],1)"));
    CPPUNIT_ASSERT_EQUAL(withText(R"({"content":"","n":99999999999999999999,"m":1e-400})"),
                         completed(R"({"n":99999999999999999999,"m":1e-400})"));
    CPPUNIT_ASSERT_EQUAL(withText(R"({"content":"" })"), completed("{ }"));
    CPPUNIT_ASSERT_EQUAL(""s, completed(R"({"\u0063ontent":"a"})"));
    // Whichever list a client believes.
    CPPUNIT_ASSERT_EQUAL(
        messageOf(kHead, R"("choices":{"text":[{"content":""}],"text":[{"content":"b"}]})"),
        lookAtSpark(messageOf(kHead, R"("choices":{"text":[{}],"text":[{"content":"b"}]})")).completed);
}

SPEC(SparkReading, minds_no_number_that_says_nothing) {
    for (const char* number : {"-0", "0.0000000000e-2147483639", "18446744073709551616", "-9223372036854775809",
                               "123456789012345678901234567890", "1e-999", "0.5"})
        isPlain("{" + kHead + R"(,"x":)" + number + R"(,"payload":{)" + kList + "}}", "a");
}

}  // namespace
