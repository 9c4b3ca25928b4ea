// Which tool call a piece belongs to, by what upstreams say of it.
#include "api/openai_frames.h"
#include "api/tool_call_order.h"

#include "support/spec.h"

#include <cppunit/TestCase.h>

#include <string>
#include <vector>

using namespace aiproject;
using namespace std::string_literals;

namespace {

struct ToolCalls : CppUnit::TestCase {
    ToolCallOrder order;

    // The places of the pieces in one chunk: "0 1".
    std::string placesIn(const std::string& toolCalls) {
        FrameLook look = lookAtOpenAi(R"({"id":"c","object":"chat.completion.chunk","created":1,"model":"m",)"
                                      R"("choices":[{"index":0,"delta":{"tool_calls":)" +
                                      toolCalls + "}}]}");
        order.number(look);
        isWhole = look.isWhole;
        std::string places;
        for (const ToolPiece& piece : look.toolPieces)
            places += (places.empty() ? "" : " ") + std::to_string(piece.index);
        return places;
    }
    bool isWhole = false;
};

const std::string kFirst = R"({"id":"a","function":{"name":"f","arguments":"{}"}})",
                  kSecond = R"({"id":"b","function":{"name":"g","arguments":"{}"}})";

SPEC(ToolCalls, stay_where_the_upstream_has_them) {
    CPPUNIT_ASSERT_EQUAL("1"s, placesIn(R"([{"index":1,"id":"b","function":{"name":"g"}}])"));
    CPPUNIT_ASSERT_EQUAL("0"s, placesIn(R"([{"index":0,"id":"a","function":{"name":"f"}}])"));
    CPPUNIT_ASSERT_EQUAL("1 0"s, placesIn(R"([{"index":1,"function":{"arguments":"{"}},{"index":0,"function":{}}])"));
    CPPUNIT_ASSERT(isWhole);
}

SPEC(ToolCalls, without_an_index_begin_with_an_id_of_their_own) {
    CPPUNIT_ASSERT_EQUAL("0"s, placesIn("[" + kFirst + "]"));
    CPPUNIT_ASSERT_EQUAL("1"s, placesIn("[" + kSecond + "]"));
    CPPUNIT_ASSERT_EQUAL("1"s, placesIn(R"([{"function":{"arguments":"x"}}])"));
    CPPUNIT_ASSERT_EQUAL("0"s, placesIn(R"([{"id":"a","function":{"arguments":"x"}}])"));
    CPPUNIT_ASSERT(!isWhole);
}

SPEC(ToolCalls, without_an_index_may_come_in_one_chunk_or_without_an_id) {
    CPPUNIT_ASSERT_EQUAL("0 1"s, placesIn("[" + kFirst + "," + kSecond + "]"));
    CPPUNIT_ASSERT_EQUAL("2 3"s, placesIn(R"([{"function":{"name":"h"}},{"function":{"name":"h"}}])"));
    CPPUNIT_ASSERT_EQUAL("3"s, placesIn(R"([{"function":{"arguments":"x"}}])"));
}

SPEC(ToolCalls, of_one_index_are_others_where_id_and_name_are_new) {
    CPPUNIT_ASSERT_EQUAL("0"s, placesIn(R"([{"index":0,"id":"a","function":{"name":"f","arguments":"1"}}])"));
    CPPUNIT_ASSERT_EQUAL("0"s, placesIn(R"([{"index":0,"id":"x","function":{"arguments":"2"}}])"));  // vLLM's
    CPPUNIT_ASSERT_EQUAL("0"s, placesIn(R"([{"index":0,"id":"a","function":{"name":"f","arguments":"3"}}])"));
    CPPUNIT_ASSERT(isWhole);
    CPPUNIT_ASSERT_EQUAL("1"s, placesIn(R"([{"index":0,"id":"b","function":{"name":"g","arguments":"4"}}])"));
    CPPUNIT_ASSERT(!isWhole);
    CPPUNIT_ASSERT_EQUAL("1"s, placesIn(R"([{"index":0,"function":{"arguments":"5"}}])"));
    CPPUNIT_ASSERT_EQUAL("2"s, placesIn(R"([{"index":1,"id":"c","function":{"name":"h"}}])"));
}

SPEC(ToolCalls, beyond_the_most_are_not_numbered) {
    std::string many;
    for (int call = 0; call < 3'000; ++call)
        many += (call ? ",{\"id\":\"" : "[{\"id\":\"") + std::to_string(call) + "\"}";
    const std::string places = placesIn(many + "]");
    CPPUNIT_ASSERT(places.find(" 999 1000 " + std::to_string(kUnnumbered)) != std::string::npos);
}

}  // namespace
