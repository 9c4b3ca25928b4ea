// Which messages need no reading, and that a whole reading would have found nothing in them.
#include "iflytek/core/answer_frame.h"
#include "iflytek/core/frame_glance.h"
#include "support/spec.h"

#include <string>

using namespace aiproject::iflytek;

namespace {

const std::string kHeader = R"("header":{"code":0,"message":"Success","sid":"s","status":1})";
const std::string kChoices = R"("choices":{"status":1,"seq":3,"text":[{"content":"a","role":"assistant","index":0}]})";

std::string messageOf(const std::string& header, const std::string& payload) {
    return "{" + header + R"(,"payload":{)" + payload + "}}";
}

std::string withText(const std::string& elements) {
    return messageOf(kHeader, R"("choices":{"status":1,"text":[)" + elements + "]}");
}

struct Glance : CppUnit::TestCase {
    FrameGlance glance;

    void finds(const std::string& json, bool hasContent) {
        const FrameGlance::Seen* const seen = glance.at(json);
        if (!seen) CPPUNIT_FAIL("left: " + json);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(json, hasContent, seen->hasContent);
        const AnswerFrame frame = readAnswerFrame(json);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(json, frame.error.id, seen->id);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(json, hasContent, !frame.content.empty());
        CPPUNIT_ASSERT_MESSAGE(json, frame.error.code == 0 && !frame.isLast() && !frame.usage && frame.hasText);
    }
    void leaves(const std::string& json) { CPPUNIT_ASSERT_MESSAGE(json, !glance.at(json)); }
};

}  // namespace

SPEC(Glance, finds_a_frame_of_an_answer_plain) {
    finds(messageOf(kHeader, kChoices), true);
    finds("  { " + kHeader + R"( , "payload" : { )" + kChoices + R"( } , "x" : [1, {"status": 2}, null, -1.5e3] } )",
          true);
    finds(withText(""), false);
    finds(withText(R"({"content":"","reasoning_content":"hm"})"), false);
    finds(withText(R"({"content":""},{"content":"\u4f60"})"), true);
    finds(messageOf(R"("header":{"code":0,"status":0,"x":{"code":5,"status":2}})", kChoices), true);
}

SPEC(Glance, leaves_what_ends_an_answer) {
    leaves(messageOf(R"("header":{"code":0,"status":2})", kChoices));
    leaves(messageOf(kHeader, R"("choices":{"status":2,"text":[{"content":"a"}]})"));
    leaves(messageOf(kHeader, kChoices + R"(,"usage":{"text":{"total_tokens":4}})"));
    leaves(messageOf(kHeader, kChoices + R"(,"usage":null)"));
    for (const char* code : {"1", "-1", "10013", "0.0", "\"0\"", "true", "null", "[0]", "{}", "18446744073709551615"})
        leaves(messageOf(R"("header":{"code":)" + std::string(code) + R"(,"status":1})", kChoices));
}

SPEC(Glance, leaves_what_is_incomplete_or_of_another_type) {
    leaves("{" + kHeader + "}");
    leaves(R"({"payload":{)" + kChoices + "}}");
    leaves(messageOf(R"("header":{"status":1})", kChoices));
    leaves(messageOf(kHeader, R"("plugins":{"text":[{"name":"ifly_search"}]})"));
    for (const char* element : {"{}", R"({"reasoning_content":"hm"})", R"({"content":5})", R"({"content":null})", "1",
                                R"("a")", "null", "[]", R"({"x":{"content":"a"}})"})
        leaves(withText(element));
    for (const char* choices : {"[]", "null", "7", R"({"text":{}})", R"({"text":"a"})", R"({"status":"2","text":[]})"})
        leaves(messageOf(kHeader, R"("choices":)" + std::string(choices)));
}

SPEC(Glance, leaves_what_comes_twice) {
    leaves(messageOf(kHeader + "," + kHeader, kChoices));
    leaves(messageOf(kHeader, kChoices + "," + kChoices));
    leaves(messageOf(kHeader, kChoices) + " ,");
    leaves("{" + kHeader + R"(,"payload":{)" + kChoices + R"(},"payload":{}})");
    leaves(withText(R"({"content":"a","content":""})"));
    leaves(messageOf(R"("header":{"code":0,"code":0,"status":1})", kChoices));
    leaves(messageOf(R"("header":{"code":0,"sid":"a","sid":"b"})", kChoices));
}

SPEC(Glance, leaves_numbers_alone_that_say_nothing) {
    for (const char* number : {"-0", "0.0000000000e-2147483639", "18446744073709551616", "-9223372036854775809",
                               "123456789012345678901234567890", "0.5"})
        finds("{" + kHeader + R"(,"x":)" + number + R"(,"payload":{)" + kChoices + "}}", true);
}

SPEC(Glance, leaves_a_message_of_many_values) {
    std::string elements = R"({"content":""})";
    for (int i = 0; i < 5'000; ++i) elements += R"(,{"content":""})";
    leaves(withText(elements));
}

SPEC(Glance, leaves_what_only_begins_as_JSON_or_has_half_a_character) {
    using namespace std::string_literals;
    leaves(messageOf(kHeader, kChoices) + "\0x"s);
    leaves(withText(R"({"content":"\udc00"})"));
    leaves(withText(R"({"content":"","\udc00":1})"));
}

SPEC(Glance, leaves_what_is_no_JSON_or_goes_too_deep) {
    for (const std::string json : {"", "{", "[]", "null", "\"text\"", "{}", "{]"}) leaves(json);
    leaves(messageOf(kHeader, kChoices) + "x");
    leaves("{" + kHeader + R"(,"x":)" + std::string(1000, '[') + std::string(1000, ']') + R"(,"payload":{)" + kChoices +
           "}}");
}
