// One look at a frame of Spark's.
#include "api/spark_frames.h"

#include "support/spec.h"

#include <cppunit/TestCase.h>

#include <string>

using namespace aiproject;
using namespace std::string_literals;

namespace {

struct FrameLooks : CppUnit::TestCase {
    static std::string answerWith(const std::string& list) {
        return R"({"header":{"code":0},"payload":{"choices":{"text":)" + list + "}}}";
    }
    // "text" and, in brackets, "[thoughts]", in their order.
    static std::string said(const std::string& frame) {
        std::string all;
        const FrameLook look = lookAtSpark(frame);
        for (const AnswerPiece& piece : look.pieces)
            all +=
                piece.kind == AnswerPiece::Kind::text ? std::string(piece.text) : "[" + std::string(piece.text) + "]";
        return all;
    }
};

SPEC(FrameLooks, find_texts_and_thoughts_and_take_the_last_of_two_members) {
    CPPUNIT_ASSERT_EQUAL("a[hm]b"s, said(answerWith(R"([{"content":"a"},{"content":"b","reasoning_content":"hm"}])")));
    CPPUNIT_ASSERT_EQUAL("b"s, said(answerWith(R"([{"content":"a","content":"b"}])")));
    CPPUNIT_ASSERT_EQUAL("b"s, said(R"({"header":{"code":0},"payload":{"choices":{"text":[{"content":"a"}]}},)"
                                    R"("payload":{"choices":{"text":[{"content":"b"}]}}})"));
}

SPEC(FrameLooks, keep_what_they_show_of_a_frame_that_is_large) {
    const std::string text(100'000, 'x');
    const FrameLook look = lookAtSpark(answerWith(R"([{"content":")" + text + R"("}])"));
    lookAtSpark(answerWith(R"([{"content":")" + std::string(100'000, 'y') + R"("}])"));
    CPPUNIT_ASSERT(look.pieces.at(0).text == text);
}

SPEC(FrameLooks, let_nothing_through_that_a_reader_cannot_take) {
    const auto isTaken = [&](const std::string& frame) { return lookAtSpark(frame).isObject; };
    CPPUNIT_ASSERT(isTaken(R"( {"a":[1,-0.5e3,null,"\ud83d\ude00"],"b":1e-2147483639} )"));
    for (const char* number : {"-0", "1E+999", "-1e999", "123456789012345678901234567890", "18446744073709551616",
                               "-9223372036854775809", "0.1234567890123456789", "0e99999999999999999999"})
        CPPUNIT_ASSERT_MESSAGE(number, isTaken(R"({"e-1":"\"1e9","a":[)" + std::string(number) + "]}"));
    for (const char* number : {"01234567890123456789", "1e", "1.e999", "-", "1e9991e999", ".1e999", "+1e999", "1e999x"})
        CPPUNIT_ASSERT_MESSAGE(number, !isTaken(R"({"a":)" + std::string(number) + "}"));
    const std::string lists(127, '['), ends(127, ']');
    CPPUNIT_ASSERT(isTaken(R"({"a":)" + lists + "1" + ends + "}"));
    CPPUNIT_ASSERT(!isTaken(R"({"a":[)" + lists + "1" + ends + "]}"));
    CPPUNIT_ASSERT(isTaken(R"({"a":")" + std::string(100'000, 'x') + "\"}"));  // more than a thread keeps memory for
    CPPUNIT_ASSERT(!isTaken(R"({"a":")" + std::string(100'000, 'x') + "}"));
    for (const std::string& text :
         {"{\"a\":1}\0{}"s, R"({"a":"\udc0"})"s, R"({"\ud83d\xdc00":1})"s, "{\"a\":\"\xff\"}"s, R"({"a":1)"s, "[]"s,
          ""s, R"({"a":)" + std::string(200, '[') + std::string(200, ']') + "}"})
        CPPUNIT_ASSERT_MESSAGE(text, !isTaken(text));
    for (const char* half : {R"({"a":"\udc00"})", R"({"\udc00":1})", R"({"a":"\ud83d\u0041"})"})
        CPPUNIT_ASSERT_MESSAGE(half, lookAtSpark(half).hasHalves);
}

}  // namespace
