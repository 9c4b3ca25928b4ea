// One look at a plugin's frame.
#include "call/frame_look.h"

#include "support/spec.h"

#include <cppunit/TestCase.h>

#include <string>

using namespace aiproject;
using namespace std::string_literals;

namespace {

struct FrameLooks : CppUnit::TestCase {};

SPEC(FrameLooks, let_nothing_through_that_a_reader_cannot_take) {
    TokenEstimate answer;
    const auto isTaken = [&](const std::string& frame) { return lookAt(frame, {answer}).isObject; };
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
         {"{\"a\":1}\0{}"s, R"({"a":"\udc00"})"s, R"({"\udc00":1})"s, "{\"a\":\"\xff\"}"s, R"({"a":1)"s, "[]"s, ""s,
          R"({"a":)" + std::string(200, '[') + std::string(200, ']') + "}"})
        CPPUNIT_ASSERT_MESSAGE(text, !isTaken(text));
}

}  // namespace
