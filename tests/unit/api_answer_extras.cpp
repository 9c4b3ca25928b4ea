// What a client gets in one piece of an OpenAI upstream's answer, besides its text.
#include "api/openai_write.h"
#include "call/collect_reply.h"
#include "support/spec.h"
#include "unit/host_fixture.h"

#include <Poco/JSON/Array.h>

#include <chrono>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct WholeChat : CppUnit::TestCase {
    EventLoop loop;
    CallWatch watch{loop};
    CallWatch::Call call{watch, -1, std::chrono::hours(1)};
    CollectReply reply{10'000, CollectReply::Kept::all};

    WholeChat() { reply.attach(call); }
    ~WholeChat() override { reply.detach(); }
    WholeChat(const WholeChat&) = delete;
    WholeChat& operator=(const WholeChat&) = delete;

    Seen take(const std::string& choice) {
        return reply.frame(
            "openai",
            R"({"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[)" + choice + "]}");
    }
    void takeDelta(const std::string& delta) {
        CPPUNIT_ASSERT_EQUAL(int(Seen::passed), int(take(R"({"index":0,"delta":)" + delta + "}")));
    }
    Poco::JSON::Object::Ptr choice() const {
        const std::string json = openAiCompletion({"c", 1, "m"}, reply.answer(), Finish::stop, {});
        return objectIn(json)->getArray("choices")->getObject(0);
    }
    Poco::JSON::Object::Ptr message() const { return choice()->getObject("message"); }
};

SPEC(WholeChat, has_a_refusal_in_place_of_a_text) {
    takeDelta(R"({"refusal":"I can"})");
    takeDelta(R"({"refusal":" not"})");
    CPPUNIT_ASSERT_EQUAL("I can not"s, message()->getValue<std::string>("refusal"));
    CPPUNIT_ASSERT(message()->isNull("content") && choice()->isNull("logprobs"));
}

SPEC(WholeChat, has_two_tool_calls_where_they_came_without_an_index) {
    takeDelta(R"({"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"a\":1}"}}]})");
    takeDelta(R"({"tool_calls":[{"id":"b","function":{"name":"g","arguments":"{\"b\":2}"}}]})");
    const Poco::JSON::Array::Ptr calls = message()->getArray("tool_calls");
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), calls->size());
    const auto function = [&](unsigned at) { return calls->getObject(at)->getObject("function"); };
    CPPUNIT_ASSERT_EQUAL("f"s, function(0)->getValue<std::string>("name"));
    CPPUNIT_ASSERT_EQUAL("{\"b\":2}"s, function(1)->getValue<std::string>("arguments"));
}

SPEC(WholeChat, has_the_logprobs_of_all_its_chunks) {
    take(R"({"index":0,"delta":{"content":"a"},"logprobs":{"content":[{"token":"a","logprob":-0.5}]}})");
    take(
        R"({"index":0,"delta":{"content":"b"},"logprobs":{"content":[{"token":"b","logprob":-1.25}],"refusal":null}})");
    const Poco::JSON::Array::Ptr tokens = choice()->getObject("logprobs")->getArray("content");
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), tokens->size());
    CPPUNIT_ASSERT_EQUAL("b"s, tokens->getObject(1)->getValue<std::string>("token"));
    CPPUNIT_ASSERT_EQUAL(-1.25, tokens->getObject(1)->getValue<double>("logprob"));
    CPPUNIT_ASSERT_EQUAL("ab"s, message()->getValue<std::string>("content"));
}

SPEC(WholeChat, has_audio_and_annotations_put_together) {
    takeDelta(R"({"audio":{"id":"audio_1","transcript":"Hel"}})");
    takeDelta(R"({"audio":{"id":"audio_1","transcript":"lo","data":"AAAA"}})");
    takeDelta(R"({"audio":{"data":"BBBB","expires_at":7},"annotations":[{"type":"url_citation"}]})");
    const Poco::JSON::Object::Ptr audio = message()->getObject("audio");
    CPPUNIT_ASSERT_EQUAL("audio_1"s, audio->getValue<std::string>("id"));
    CPPUNIT_ASSERT_EQUAL("Hello"s, audio->getValue<std::string>("transcript"));
    CPPUNIT_ASSERT_EQUAL("AAAABBBB"s, audio->getValue<std::string>("data"));
    CPPUNIT_ASSERT_EQUAL(7, audio->getValue<int>("expires_at"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), message()->getArray("annotations")->size());
}

SPEC(WholeChat, is_not_lost_for_extras_that_cannot_be_put_together) {
    takeDelta(R"({"x":1,"y":"a","content":"a"})");
    takeDelta(R"({"x":"b","y":["c"],"content":"b"})");
    CPPUNIT_ASSERT_EQUAL("ab"s, message()->getValue<std::string>("content"));
    CPPUNIT_ASSERT_EQUAL("b"s, message()->getValue<std::string>("x"));
}

SPEC(WholeChat, has_the_logprobs_of_tokens_without_a_text) {
    take(R"({"index":0,"delta":{"content":""},"logprobs":{"content":[{"token":"\ud83d","logprob":-1}]}})");
    take(R"({"index":0,"delta":{"content":"\ud83d\ude00"},"logprobs":{"content":[{"token":"b","logprob":1e999}]}})");
    const Poco::JSON::Array::Ptr tokens = choice()->getObject("logprobs")->getArray("content");
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), tokens->size());
    CPPUNIT_ASSERT_EQUAL("\uFFFD"s, tokens->getObject(0)->getValue<std::string>("token"));
    CPPUNIT_ASSERT_EQUAL("b"s, tokens->getObject(1)->getValue<std::string>("token"));
    CPPUNIT_ASSERT_EQUAL("\U0001F600"s, message()->getValue<std::string>("content"));
}

SPEC(WholeChat, has_the_entries_of_one_index_as_one) {
    for (const char* word : {"I", " think", "."})
        takeDelta(R"({"content":"","reasoning_details":[{"type":"reasoning.text","index":0,"text":")"s + word +
                  "\"}]}");
    takeDelta(R"({"reasoning_details":[{"type":"reasoning.encrypted","index":1,"data":"AA"},{"index":9},"x"]})");
    takeDelta(R"({"reasoning_details":[{"index":0,"text":"late"}]})");
    const Poco::JSON::Array::Ptr details = message()->getArray("reasoning_details");
    CPPUNIT_ASSERT_EQUAL(std::size_t(5), details->size());
    CPPUNIT_ASSERT_EQUAL("I think."s, details->getObject(0)->getValue<std::string>("text"));
    CPPUNIT_ASSERT_EQUAL("reasoning.text"s, details->getObject(0)->getValue<std::string>("type"));
    CPPUNIT_ASSERT_EQUAL(0, details->getObject(0)->getValue<int>("index"));
    CPPUNIT_ASSERT_EQUAL("AA"s, details->getObject(1)->getValue<std::string>("data"));
    CPPUNIT_ASSERT_EQUAL("late"s, details->getObject(4)->getValue<std::string>("text"));
}

SPEC(WholeChat, leaves_what_was_read_of_the_frame_as_it_was) {
    takeDelta(
        R"({"content":"a","x":"y","tool_calls":[{"index":0,"id":"c1","function":{"name":"f","arguments":"{}"}}]})");
    const Poco::JSON::Object::Ptr call = message()->getArray("tool_calls")->getObject(0);
    CPPUNIT_ASSERT_EQUAL("c1"s, call->getValue<std::string>("id"));
    CPPUNIT_ASSERT_EQUAL("f"s, call->getObject("function")->getValue<std::string>("name"));
}

// Each name is looked for among those that are there.
SPEC(WholeChat, reads_extras_no_further_than_there_is_room_for_them) {
    std::string members;
    for (int member = 0; member < 5'000; ++member) members += (member ? ",\"" : "\"") + std::to_string(member) + "\":0";
    AnswerExtras extras;
    const std::size_t kept = extras.add(R"({"choices":[{"delta":{)" + members + "}}]}", 1'000);
    CPPUNIT_ASSERT_MESSAGE(std::to_string(kept), kept > 1'000 && kept < 2'000);
}

// Not by its frames, each of which says model, id and more again.
SPEC(WholeChat, is_limited_by_what_is_kept_of_its_extras) {
    for (int piece = 0; piece < 300; ++piece)
        takeDelta(R"({"content":"a","audio":{"id":"audio_1","data":"AAAAAAAA"}})");
    CPPUNIT_ASSERT_EQUAL(std::size_t(2'400), message()->getObject("audio")->getValue<std::string>("data").size());
}

SPEC(WholeChat, is_limited_with_its_extras) {
    CPPUNIT_ASSERT_EQUAL(int(Seen::over),
                         int(take(R"({"index":0,"delta":{"audio":{"data":")" + std::string(10'001, 'A') + "\"}}}")));
    CPPUNIT_ASSERT(call.stop() == Stop::answerTooLong);
}

}  // namespace
