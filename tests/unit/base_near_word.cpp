// "Did you mean": what a mistyped word is near to.
#include "base/near_word.h"
#include "support/spec.h"

using namespace aiproject;
using namespace std::string_literals;

namespace {

struct NearWord : CppUnit::TestCase {
    const std::vector<std::string> known{"list", "add", "status", "log.level", "timeout.first_frame_ms", "no"};
};

SPEC(NearWord, is_found_where_letters_are_missing_added_changed_or_swapped) {
    for (const auto& [written, meant] :
         {std::pair{"lst", "list"}, std::pair{"lisst", "list"}, std::pair{"lizt", "list"}, std::pair{"ilst", "list"},
          std::pair{"STATUS", "status"}, std::pair{"dad", "add"}, std::pair{"log.levle", "log.level"},
          std::pair{"timeout.frist_frame_ms", "timeout.first_frame_ms"}, std::pair{"on", "no"}})
        CPPUNIT_ASSERT_EQUAL(std::string(meant), nearestWord(written, known));
    CPPUNIT_ASSERT_EQUAL(" (did you mean 'list'?)"s, didYouMean("lits", known));
}

SPEC(NearWord, is_not_there_where_nothing_is_near) {
    for (const char* written : {"", "x", "xy", "frob", "listening", "timeout.user_calls_ms", "q"})
        CPPUNIT_ASSERT_EQUAL(""s, nearestWord(written, known));
    CPPUNIT_ASSERT_EQUAL(""s, nearestWord(std::string(1'000'000, 'l'), known));
    CPPUNIT_ASSERT_EQUAL(""s, didYouMean("frob", known));
    CPPUNIT_ASSERT_EQUAL(""s, nearestWord("list", {}));
}

SPEC(NearWord, is_the_nearest_of_several) {
    CPPUNIT_ASSERT_EQUAL("user"s, nearestWord("usr", {"usage", "user", "users"}));
}

}  // namespace
