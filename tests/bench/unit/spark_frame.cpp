#include "bench/common/spark_frame.h"

#include "bench/common/bench_order.h"
#include "bench/common/openai_frame.h"
#include "support/spec.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <stdexcept>

using namespace aiproject;
using namespace aiproject::bench;
using Poco::JSON::Object;

namespace {

const TimePoint kSomeTime{std::chrono::nanoseconds(123'456'789'012)};

std::string frameOf(std::uint32_t seq, bool isLast, std::uint32_t bytes = 350) {
    std::string json;
    appendFrame(json, {seq, isLast, bytes, kSomeTime});
    return json;
}

std::string refusalOf(const std::string& json) {
    try {
        readFrame(json);
    } catch (const std::runtime_error& e) {
        return e.what();
    }
    return "none";
}

struct SparkFrame : CppUnit::TestCase {};
struct OpenAiFrame : CppUnit::TestCase {};
struct BenchSentence : CppUnit::TestCase {};

}  // namespace

SPEC(SparkFrame, is_json_of_the_documented_shape_and_the_size_asked_for) {
    const std::string json = frameOf(3, false);
    CPPUNIT_ASSERT_EQUAL(std::size_t(350), json.size());
    const auto frame = Poco::JSON::Parser().parse(json).extract<Object::Ptr>();
    CPPUNIT_ASSERT_EQUAL(0, frame->getObject("header")->getValue<int>("code"));
    CPPUNIT_ASSERT_EQUAL(1, frame->getObject("header")->getValue<int>("status"));
    const auto choices = frame->getObject("payload")->getObject("choices");
    CPPUNIT_ASSERT_EQUAL(3, choices->getValue<int>("seq"));
    CPPUNIT_ASSERT_EQUAL(1, choices->getValue<int>("status"));
    const auto text = choices->getArray("text")->getObject(0);
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), text->getValue<std::string>("content").find("@123456789012;3;0;"));
    CPPUNIT_ASSERT_EQUAL(std::string("assistant"), text->getValue<std::string>("role"));
    CPPUNIT_ASSERT_EQUAL(0, text->getValue<int>("index"));
}

SPEC(SparkFrame, has_usage_in_the_last_one_alone) {
    const std::string json = frameOf(19, true);
    CPPUNIT_ASSERT_EQUAL(std::size_t(350), json.size());
    const auto usage =
        Poco::JSON::Parser().parse(json).extract<Object::Ptr>()->getObject("payload")->getObject("usage");
    CPPUNIT_ASSERT_EQUAL(25, usage->getObject("text")->getValue<int>("total_tokens"));
    CPPUNIT_ASSERT(frameOf(18, false).find("usage") == std::string::npos);
}

SPEC(SparkFrame, is_longer_than_asked_for_rather_than_damaged) {
    const std::string json = frameOf(0, true, 10);
    CPPUNIT_ASSERT(json.size() > 10 && readFrame(json).isLast);
}

SPEC(SparkFrame, is_read_as_it_was_made) {
    const FrameSeen first = readFrame(frameOf(0, false));
    CPPUNIT_ASSERT(first.seq == 0 && !first.isLast && first.sentAt == kSomeTime);
    const FrameSeen last = readFrame(frameOf(4'000'000'000, true));
    CPPUNIT_ASSERT(last.seq == 4'000'000'000 && last.isLast);
}

SPEC(SparkFrame, is_read_with_other_spacing_and_order_too) {
    const FrameSeen frame = readFrame(
        R"({"header": {"status": 2, "code": 0}, "payload": {"choices": {"seq": 7, "text": [{"content":"@5;"}]}}})");
    CPPUNIT_ASSERT(frame.seq == 7 && frame.isLast && frame.sentAt.time_since_epoch().count() == 5);
}

SPEC(SparkFrame, is_refused_with_the_code_it_carries) {
    CPPUNIT_ASSERT_EQUAL(std::string("answered with code 10013: no"), refusalOf(errorFrame(10013, "no")));
    CPPUNIT_ASSERT_EQUAL(std::string("answered with code MODEL_BUSY: come back"),
                         refusalOf(R"({"code":"MODEL_BUSY","msg":"come back"})"));
}

SPEC(SparkFrame, is_refused_without_a_number_or_a_time) {
    const std::string lacking = "a frame without status, seq or time of sending";
    CPPUNIT_ASSERT_EQUAL(lacking, refusalOf(R"({"header":{"code":0,"status":1},"payload":{"choices":{"text":[]}}})"));
    CPPUNIT_ASSERT_EQUAL(
        lacking,
        refusalOf(R"({"header":{"code":0,"status":1},"payload":{"choices":{"seq":1,"text":[{"content":"@x"}]}}})"));
    CPPUNIT_ASSERT(refusalOf("") != "none" && refusalOf("<html>") != "none");
}

SPEC(OpenAiFrame, is_an_event_of_the_size_asked_for_and_read_as_it_was_made) {
    std::string text;
    appendOpenAiFrame(text, {3, false, 350, kSomeTime});
    CPPUNIT_ASSERT_EQUAL(std::size_t(350 + 8), text.size());  // and "data: ", and the blank line
    const auto chunk = Poco::JSON::Parser().parse(text.substr(6)).extract<Object::Ptr>();
    CPPUNIT_ASSERT_EQUAL(std::string("chat.completion.chunk"), chunk->getValue<std::string>("object"));
    const auto seen = readOpenAiLine(text.substr(0, text.find('\n')));
    CPPUNIT_ASSERT(seen && seen->seq == 3 && !seen->isLast && seen->sentAt == kSomeTime);
    text.clear();
    appendOpenAiFrame(text, {4, true, 0, kSomeTime});
    CPPUNIT_ASSERT(readOpenAiLine(text)->isLast && text.find("data: [DONE]\n\n") == text.size() - 14);
    CPPUNIT_ASSERT(text.find(R"("finish_reason":"stop")") != std::string::npos);
}

SPEC(OpenAiFrame, is_not_every_line_and_an_error_is_said) {
    for (const char* line :
         {"", ": a comment", "data: [DONE]", R"(data: {"choices":[{"delta":{"role":"assistant"}}]})"})
        CPPUNIT_ASSERT_MESSAGE(line, !readOpenAiLine(line));
    CPPUNIT_ASSERT_THROW(readOpenAiLine(R"(data: {"error":{"message":"no"}})"), std::runtime_error);
    CPPUNIT_ASSERT_THROW(readOpenAiLine(R"(data: {"choices":[{"delta":{"content":"@5;"}}]})"), std::runtime_error);
}

SPEC(BenchSentence, is_found_as_it_was_written_whatever_stands_around_it) {
    const BenchOrder written{20, std::chrono::microseconds(500'000), 350};
    CPPUNIT_ASSERT_EQUAL(std::string("bench frames=20 gap_us=500000 bytes=350"), sentenceOf(written));
    const auto found = findOrder(R"([{"content":")" + sentenceOf(written) + R"("}])");
    CPPUNIT_ASSERT(found && found->frames == 20 && found->gap == written.gap && found->bytes == 350);
}

SPEC(BenchSentence, says_how_long_the_first_frame_waits_only_when_it_does) {
    const BenchOrder written{1, std::chrono::microseconds(0), 350, std::chrono::milliseconds(10'000)};
    CPPUNIT_ASSERT_EQUAL(std::string("bench frames=1 gap_us=0 bytes=350 wait_ms=10000"), sentenceOf(written));
    CPPUNIT_ASSERT(findOrder(sentenceOf(written) + "\"")->wait == written.wait);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), std::int64_t(findOrder("bench frames=1 gap_us=1 bytes=1")->wait.count()));
}

SPEC(BenchSentence, counts_the_last_time_it_is_said) {
    CPPUNIT_ASSERT_EQUAL(2U, findOrder("bench frames=1 gap_us=1 bytes=1, bench frames=2 gap_us=2 bytes=2")->frames);
}

SPEC(BenchSentence, is_not_found_when_damaged) {
    for (const char* text : {"", "bench", "bench frames=", "bench frames=x gap_us=1 bytes=1", "bench frames=1 gap_us=1",
                             "bench frames=0 gap_us=1 bytes=1", "bench frames=1  gap_us=1 bytes=1",
                             "bench frames=99999999999 gap_us=1 bytes=1", "bench frames=1 gap_us=-1 bytes=1",
                             "bench frames=1 gap_us=1 bytes=1 wait_ms=x"})
        CPPUNIT_ASSERT_MESSAGE(text, !findOrder(text));
}
