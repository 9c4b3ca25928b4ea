// The data of server-sent events, as differently as services write them.
#include "upstream/event_lines.h"

#include "support/spec.h"
#include "upstream/failure.h"

#include <string>
#include <vector>

using namespace aiproject;
using namespace aiproject::outbound;
using namespace std::string_literals;

namespace {

using EventTexts = std::vector<std::string>;

EventTexts eventsIn(const std::string& bytes, std::size_t piece = 1'000'000'000) {
    EventLines lines;
    EventTexts events;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        std::string_view next = std::string_view(bytes).substr(at, piece);
        while (const auto data = lines.take(next)) events.emplace_back(*data);
        CPPUNIT_ASSERT(next.empty());
    }
    if (const auto rest = lines.takeRest()) events.push_back("rest " + std::string(*rest));
    CPPUNIT_ASSERT(!lines.takeRest());
    return events;
}

struct ServerSentEvents : CppUnit::TestCase {
    static void expect(const EventTexts& events, const std::string& bytes) {
        for (const std::size_t piece : {1, 2, 3, 5, 1'000'000})
            CPPUNIT_ASSERT_MESSAGE(bytes, eventsIn(bytes, piece) == events);
    }
    static void expectFault(const std::string& bytes, const std::string& part) {
        for (const std::size_t piece : {16'384UL, 1'000'000'000UL}) {
            std::string fault;
            try {
                eventsIn(bytes, piece);
            } catch (const CallFailure& failure) {
                CPPUNIT_ASSERT(failure.status() == ModelStatus::failed);
                fault = failure.what();
            }
            CPPUNIT_ASSERT_MESSAGE(fault, fault.find(part) != std::string::npos);
        }
    }
};

}  // namespace

SPEC(ServerSentEvents, are_lines_of_data_with_or_without_a_space_or_an_empty_line_behind) {
    expect({"{\"a\":1}", "{}", "[DONE]"}, "data: {\"a\":1}\n\ndata: {}\n\ndata: [DONE]\n\n");
    expect({"{\"a\":1}", "{}", "[DONE]"}, "data:{\"a\":1}\r\n\r\ndata:  {} \r\n\r\ndata:[DONE]\r\n\r\n");
    expect({"{\"a\":1}", "{}", "[DONE]"}, "data: {\"a\":1}\ndata: {}\ndata: [DONE]\n");
    expect({"{}"}, "\xEF\xBB\xBF"s + "data: {}\n");
}

SPEC(ServerSentEvents, skip_comments_and_other_fields) {
    expect({"{}"}, ": keep-alive\n\n:\n: OPENROUTER PROCESSING\nevent: error\nid: 7\nretry: 10\n\ndata: {}\n");
    expect({}, "data:\ndata: \n\n\r\ndatum: {}\ndata\nxdata: {}\n");
}

SPEC(ServerSentEvents, may_be_a_json_object_in_a_line_of_its_own) {
    expect({R"({"error":"no"})"}, "{\"error\":\"no\"}\n");
    expect({R"({"code":400})"}, "error: {\"code\":400}\n\nerror: no\nerror:\n");
}

SPEC(ServerSentEvents, end_with_a_line_that_has_no_end) {
    expect({"{}", "rest [DONE]"}, "data: {}\n\ndata: [DONE]");
    expect({"{}", "rest {\"a"}, "data: {}\n\ndata: {\"a");
    expect({"{}"}, "data: {}\n\n: comment");
}

SPEC(ServerSentEvents, are_refused_without_a_line_break_for_too_long_or_when_they_are_not_utf8) {
    expectFault("data: " + std::string(kMaxLineBytes + 1, 'x') + "\n", "more than 1 MiB");
    expectFault(std::string(3 * kMaxLineBytes, 'x'), "more than 1 MiB");
    expectFault(":" + std::string(3 * kMaxLineBytes, 'x'), "more than 1 MiB");
    expectFault("data: \xff\n", "not UTF-8");
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), eventsIn("data:" + std::string(kMaxLineBytes - 5, 'x') + "\n").size());
}
