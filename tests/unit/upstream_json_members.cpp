// Where the members of a JSON object stand, and the elements of an array.
#include "upstream/json_members.h"

#include "support/spec.h"

#include <string>

using namespace aiproject::outbound;
using namespace std::string_literals;

namespace {

std::string membersAsText(const std::string& json) {
    const auto members = membersOf(json);
    if (!members) return "none";
    std::string all;
    for (const JsonMember& each : *members)
        all += std::string(each.name) + "|" + std::string(each.value) + "|" + std::string(each.whole) + "\n";
    return all;
}

std::string elementsAsText(const std::string& json) {
    const auto elements = elementsOf(json);
    if (!elements) return "none";
    std::string all;
    for (const std::string_view each : *elements) all.append(all.empty() ? "" : "|").append(each);
    return all;
}

struct JsonMembers : CppUnit::TestCase {};
struct JsonElements : CppUnit::TestCase {};

}  // namespace

SPEC(JsonMembers, are_found_with_their_values_of_any_kind) {
    CPPUNIT_ASSERT_EQUAL("a|1|\"a\":1\nb| {\"c\":[1,{}]}|\"b\": {\"c\":[1,{}]}\nd|null |\"d\":null \n"s,
                         membersAsText(R"( {"a":1,"b": {"c":[1,{}]}, "d":null } )"));
}

SPEC(JsonMembers, are_not_looked_for_inside_texts) {
    CPPUNIT_ASSERT_EQUAL(R"(a|"}],\"b\":1,\\"|"a":"}],\"b\":1,\\")"
                         "\n"
                         R"(c|["{",{"d":"\\\""}]|"c":["{",{"d":"\\\""}])"
                         "\n"s,
                         membersAsText(R"({"a":"}],\"b\":1,\\","c":["{",{"d":"\\\""}]})"));
    CPPUNIT_ASSERT_EQUAL(""s, membersAsText(" {\n} "));
}

SPEC(JsonMembers, that_come_twice_are_both_there) {
    CPPUNIT_ASSERT_EQUAL("a|1|\"a\":1\na|2|\"a\":2\n"s, membersAsText(R"({"a":1,"a":2})"));
}

SPEC(JsonMembers, are_none_where_a_name_has_an_escape_or_the_text_is_not_one_object) {
    for (const char* json : {"", "[]", "7", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{\"a\":\"", "{} {}",
                             "{\"a\":1}}", "{,}", R"({"mod\u0065l":"x"})", R"({"a":[1})", "{\"a\":1]"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(json, "none"s, membersAsText(json));
}

SPEC(JsonElements, are_found_of_any_kind) {
    CPPUNIT_ASSERT_EQUAL("1|\"],[\"|[2,{\"a\":[]}]|null "s, elementsAsText(R"( [1,"],[",[2,{"a":[]}],null ] )"));
    CPPUNIT_ASSERT_EQUAL(""s, elementsAsText(" [ ] "));
    for (const char* json : {"", "{}", "7", "[", "[1", "[1,", "[1,]x", "[]]", "[\"", "[1}"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(json, "none"s, elementsAsText(json));
}
