// Dialects of frames by their names.
#include "api/frame_look.h"

#include "support/spec.h"

#include <cppunit/TestCase.h>

#include <string>

using namespace aiproject;
using namespace std::string_literals;

namespace {

struct Dialects : CppUnit::TestCase {};

SPEC(Dialects, that_an_upstream_speaks_are_read) {
    const auto textOf = [](const std::string& dialect, const std::string& frame) {
        return std::string(lookAt(dialect, frame)->pieces.at(0).text);
    };
    CPPUNIT_ASSERT_EQUAL("a"s,
                         textOf("spark", R"({"header":{"code":0},"payload":{"choices":{"text":[{"content":"a"}]}}})"));
    CPPUNIT_ASSERT_EQUAL("a"s, textOf("openai", R"({"choices":[{"delta":{"content":"a"}}]})"));
}

SPEC(Dialects, that_nobody_knows_are_not_read) {
    for (const std::string& unknown : {""s, "documented"s, "Spark"s, "OpenAI"s}) CPPUNIT_ASSERT(!lookAt(unknown, "{}"));
}

}  // namespace
