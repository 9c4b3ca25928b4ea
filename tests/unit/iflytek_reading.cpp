// What is read out of one message of an answer, whatever else stands in it.
#include "iflytek/core/answer_frame.h"
#include "support/spec.h"

#include <string>

using namespace aiproject::iflytek;

namespace {

const std::string kHead = R"("header":{"code":0,"message":"Success","sid":"s","status":1})";
const std::string kList = R"("choices":{"status":1,"seq":3,"text":[{"content":"a","role":"assistant","index":0}]})";

std::string messageOf(const std::string& header, const std::string& payload) {
    return "{" + header + R"(,"payload":{)" + payload + "}}";
}

std::string withText(const std::string& elements) {
    return messageOf(kHead, R"("choices":{"status":1,"text":[)" + elements + "]}");
}

struct Reading : CppUnit::TestCase {
    AnswerReader reader;  // one for all messages of a call

    const AnswerFrame& read(const std::string& json) { return reader.read(json); }
    std::string contentOf(const std::string& json) { return read(json).content; }

    void isPlain(const std::string& json, const std::string& content) {
        const AnswerFrame& frame = read(json);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(json, content, frame.content);
        CPPUNIT_ASSERT_MESSAGE(json, frame.error.code == 0 && !frame.isLast() && !frame.usage);
        CPPUNIT_ASSERT_MESSAGE(json, frame.hasText && !frame.hasOther && frame.completed.empty());
    }
    void isRefused(const std::string& json, const std::string& reason) {
        try {
            reader.read(json);
        } catch (const CallFailure& failure) {
            CPPUNIT_ASSERT_EQUAL_MESSAGE(json, "a message of the upstream " + reason, std::string(failure.what()));
            return;
        }
        CPPUNIT_FAIL("taken: " + json);
    }
};

}  // namespace

SPEC(Reading, finds_nothing_to_do_in_a_frame_in_mid_answer) {
    isPlain(messageOf(kHead, kList), "a");
    isPlain("  { " + kHead + R"( , "payload" : { )" + kList + R"( } , "x" : [1, {"status": 2}, null, -1.5e3] } )", "a");
    isPlain(withText(""), "");
    isPlain(withText(R"({"content":"","reasoning_content":"hm"})"), "");
    isPlain(withText(R"({"content":"\u4f60"},{"content":"b"})"), "你b");
    isPlain(messageOf(R"("header":{"code":0,"status":0,"x":{"code":5,"status":2,"sid":"x"}})", kList), "a");
    isPlain(messageOf(kHead, kList + R"(,"usage":null)"), "a");
}

SPEC(Reading, keeps_nothing_of_the_message_before) {
    const AnswerFrame& last =
        read(messageOf(R"("header":{"code":10019,"message":"m","sid":"s","status":2})",
                       R"("choices":{"status":2,"text":[{}]},"usage":{"text":{"total_tokens":4}})"));
    CPPUNIT_ASSERT(last.error.code == 10019 && last.headerIsLast && last.choicesAreLast && last.usage);
    CPPUNIT_ASSERT_EQUAL(std::string("m"), last.error.message);
    CPPUNIT_ASSERT(!last.completed.empty());
    isPlain(messageOf(R"("header":{"code":0})", kList), "a");
    CPPUNIT_ASSERT(reader.read(R"({"header":{"code":0},"payload":{"plugins":{}}})").hasOther);
    CPPUNIT_ASSERT(reader.read(R"({"header":{"code":0}})").error.message.empty());
    isRefused("{}", "has no header.code");
}

SPEC(Reading, finds_the_end_by_whole_numbers_alone) {
    CPPUNIT_ASSERT(read(messageOf(R"("header":{"code":0,"status":2})", kList)).headerIsLast);
    CPPUNIT_ASSERT(read(messageOf(kHead, R"("choices":{"status":2,"text":[]})")).choicesAreLast);
    for (const char* status : {"2.0", "2e0", "\"2\"", "true", "null", "[2]", R"({"status":2})", "18446744073709551618",
                               "4294967298", "-2", "20"}) {
        isPlain(messageOf(R"("header":{"code":0,"status":)" + std::string(status) + "}", kList), "a");
        isPlain(messageOf(kHead, R"("choices":{"status":)" + std::string(status) + R"(,"text":[]})"), "");
    }
}

SPEC(Reading, takes_a_whole_number_for_a_code_and_nothing_else) {
    for (const char* code : {"1", "-1", "10013", "9223372036854775807", "-9223372036854775808"})
        CPPUNIT_ASSERT_EQUAL(std::int64_t(std::stoll(code)),
                             read(R"({"header":{"code":)" + std::string(code) + "}}").error.code);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), read(R"({"header":{"code":-0}})").error.code);
    for (const char* code : {"0.0", "0e0", "\"0\"", "true", "null", "[0]", "{}", R"({"code":0})", "9223372036854775808",
                             "18446744073709551615", "-9223372036854775809", "1e-999"})
        isRefused(messageOf(R"("header":{"code":)" + std::string(code) + R"(,"status":1})", kList),
                  "has no header.code");
    for (const char* json : {R"({"header":[0]})", R"({"header":null})", R"({"payload":{"code":0}})", R"({"code":0})"})
        isRefused(json, "has no header.code");
}

SPEC(Reading, takes_what_is_of_another_type_for_missing) {
    for (const char* element : {"1", R"("a")", "null", "[]", R"([{"content":"a"}])", R"({"content":5})",
                                R"({"content":null})", R"({"content":["a"]})", R"({"content":{"content":"a"}})"})
        isPlain(withText(element), "");
    for (const char* choices :
         {R"({"text":{}})", R"({"text":{"content":"a"}})", R"({"text":"a"})", R"({"text":null})"}) {
        const AnswerFrame& frame = read(messageOf(kHead, R"("choices":)" + std::string(choices)));
        CPPUNIT_ASSERT_MESSAGE(choices, !frame.hasText && !frame.hasOther && frame.content.empty());
    }
    for (const char* choices : {"[]", "null", "7", R"([{"text":[{"content":"a"}]}])"}) {
        const AnswerFrame& frame = read(messageOf(kHead, R"("choices":)" + std::string(choices)));
        CPPUNIT_ASSERT_MESSAGE(choices, !frame.hasText && frame.hasOther && frame.content.empty());
    }
    const AnswerFrame& frame =
        read(R"({"header":{"code":0,"message":5,"sid":["s"]},"payload":[{"choices":{"text":[]}}]})");
    CPPUNIT_ASSERT(frame.error.message.empty() && frame.error.id.empty() && !frame.hasText && !frame.hasOther);
}

SPEC(Reading, believes_the_last_one_of_what_comes_twice) {
    CPPUNIT_ASSERT_EQUAL(std::string("b"), contentOf(withText(R"({"content":"a","content":"b"})")));
    CPPUNIT_ASSERT_EQUAL(std::string("xb"), contentOf(withText(R"({"content":"x"},{"content":"a","content":"b"})")));
    CPPUNIT_ASSERT_EQUAL(std::string(""), contentOf(withText(R"({"content":"a","content":5})")));
    CPPUNIT_ASSERT_EQUAL(std::string("b"), contentOf(messageOf(kHead, R"("choices":{"text":[{"content":"a"}],)"
                                                                      R"("text":[{"content":"b"}]})")));
    CPPUNIT_ASSERT_EQUAL(std::string("a"), contentOf(messageOf(kHead, kList + "," + kList)));
    CPPUNIT_ASSERT(read(messageOf(kHead, kList + R"(,"choices":null)")).hasOther);
    CPPUNIT_ASSERT(!read("{" + kHead + R"(,"payload":{)" + kList + R"(},"payload":{}})").hasText);
    CPPUNIT_ASSERT_EQUAL(std::string("b"), read(R"({"header":{"code":0,"sid":"a","sid":"b"}})").error.id);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(7), read(R"({"header":{"code":0,"code":7}})").error.code);
    CPPUNIT_ASSERT(!read(R"({"header":{"code":0,"status":2,"status":"2"}})").headerIsLast);
    CPPUNIT_ASSERT(read(R"({"header":{"code":5,"sid":"a"},"header":{"code":0}})").error.id.empty());
    isRefused(R"({"header":{"code":0},"header":{}})", "has no header.code");
    isRefused(R"({"header":{"code":0,"code":"0"}})", "has no header.code");
}

SPEC(Reading, believes_the_last_counts_of_those_that_come_twice) {
    const auto reported = [&](const std::string& payload) { return read(messageOf(kHead, payload)).usage; };
    const std::string counts = R"("usage":{"text":{"prompt_tokens":5,"total_tokens":14}})";
    CPPUNIT_ASSERT_EQUAL(std::int64_t(14), reported(R"("usage":{"text":{"total_tokens":"x"}},)" + counts)->total);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0),
                         reported(R"("usage":{"text":{"prompt_tokens":1},"text":{"total_tokens":9}})")->prompt);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(9), reported(R"("usage":{"text":{"total_tokens":0.5,"total_tokens":9}})")->total);
    for (const std::string& payload :
         {counts + R"(,"usage":null)", std::string(R"("usage":{"text":{"total_tokens":9},"text":[]})"),
          std::string(R"("usage":{"text":{"total_tokens":9,"total_tokens":9.5}})")})
        CPPUNIT_ASSERT_MESSAGE(payload, !reported(payload));
    CPPUNIT_ASSERT(reported(R"("usage":{"text":{"total_tokens":9,"prompt_tokens":null}})"));
    CPPUNIT_ASSERT(reported(R"("usage":{"text":{"total_tokens":9,"x":"y"}})"));
    for (const char* odd : {"1e2", "[1]", "{}", R"({"total_tokens":9})", "false"})
        CPPUNIT_ASSERT_MESSAGE(
            odd, !reported(R"("usage":{"text":{"total_tokens":9,"prompt_tokens":)" + std::string(odd) + "}}"));
}

SPEC(Reading, completes_each_element_without_content_and_changes_nothing_else) {
    const auto completed = [&](const std::string& elements) { return read(withText(elements)).completed; };
    CPPUNIT_ASSERT_EQUAL(withText(R"( {"content":"", "reasoning_content" : "h\u006d" ,"n":1.50} )"),
                         completed(R"( { "reasoning_content" : "h\u006d" ,"n":1.50} )"));
    CPPUNIT_ASSERT_EQUAL(withText(R"({"content":""},{"content":"b"},{"content":"","x":{"content":"a"}},[{}],1)"),
                         completed(R"({},{"content":"b"},{"x":{"content":"a"}},[{}],1)"));
    CPPUNIT_ASSERT_EQUAL(withText(R"({"content":"","n":99999999999999999999,"m":1e-400})"),
                         completed(R"({"n":99999999999999999999,"m":1e-400})"));
    CPPUNIT_ASSERT_EQUAL(withText(R"({"content":"" })"), completed("{ }"));
    // Whichever list a client believes.
    CPPUNIT_ASSERT_EQUAL(messageOf(kHead, R"("choices":{"text":[{"content":""}],"text":[{"content":"b"}]})"),
                         read(messageOf(kHead, R"("choices":{"text":[{}],"text":[{"content":"b"}]})")).completed);
}

SPEC(Reading, minds_no_number_that_says_nothing) {
    for (const char* number : {"-0", "0.0000000000e-2147483639", "18446744073709551616", "-9223372036854775809",
                               "123456789012345678901234567890", "1e-999", "0.5"})
        isPlain("{" + kHead + R"(,"x":)" + number + R"(,"payload":{)" + kList + "}}", "a");
}

SPEC(Reading, refuses_what_only_begins_as_JSON_or_has_half_a_character) {
    using namespace std::string_literals;
    isRefused(messageOf(kHead, kList) + "\0x"s, "is no JSON");
    isRefused(messageOf(kHead, kList) + "x", "is no JSON");
    isRefused(messageOf(kHead, kList) + " ,", "is no JSON");
    isRefused(withText(R"({"content":"\udc00"})"), "is no JSON");
    isRefused(withText(R"({"content":"","\udc00":1})"), "is no JSON");
    isRefused(withText("{\"content\":\"\xff\"}"), "is no JSON");
    for (const std::string json : {"", "{", "{]", "[", "[1,]"}) isRefused(json, "is no JSON");
    for (const std::string json : {"[]", "[{}]", "null", "7", "\"text\"", "true"}) isRefused(json, "is no JSON object");
}

SPEC(Reading, bounds_how_deep_and_how_many) {
    const auto nested = [](int depth) {
        return "{" + kHead + R"(,"x":)" + std::string(depth, '[') + std::string(depth, ']') + R"(,"payload":{)" +
               kList + "}}";
    };
    isPlain(nested(127), "a");
    isRefused(nested(128), "is no JSON");
    isRefused(nested(100'000), "is no JSON");
    const auto many = [](int count) {
        std::string elements = R"({"content":""})";
        for (int i = 1; i < count; ++i) elements += R"(,{"content":""})";
        return withText(elements);
    };
    isPlain(many(5'000), "");
    isRefused(many(10'001), "has too many values");
}
