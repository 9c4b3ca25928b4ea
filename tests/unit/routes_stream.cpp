// /textModel/stream: frames as lines and as events, and every way a stream can end.
#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"
#include "unit/site.h"

#include <Poco/JSON/Array.h>

#include <chrono>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct StreamRoute : CppUnit::TestCase {
    static ScriptedExchange asking(const Site& site, const std::string& content = "Hello you") {
        return {"POST", "/textModel/stream", questionOf(site.ann, content)};
    }
    static ScriptedExchange stream(const Site& site, const std::string& content = "Hello you") {
        ScriptedExchange exchange = asking(site, content);
        site.serve(exchange);
        return exchange;
    }
    static Site::Change answering(const std::string& script) {
        return [script](Config& config) {
            config.models["scripted_text"] = playing(script);
            config.routes.text = {"scripted_text"};
        };
    }
    static Poco::JSON::Object::Ptr frame(const std::string& line) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(line, line.size() - 1, line.find('\n'));
        return objectIn(line);
    }
    static int statusOf(const Poco::JSON::Object::Ptr& frame) {
        return frame->getObject("header")->getValue<int>("status");
    }
    static int codeOf(const Poco::JSON::Object::Ptr& frame) {
        return frame->getObject("header")->getValue<int>("code");
    }
    static std::string contentOf(const Poco::JSON::Object::Ptr& frame) {
        const auto texts = frame->getObject("payload")->getObject("choices")->getArray("text");
        return texts->size() == 0 ? "" : texts->getObject(0)->getValue<std::string>("content");
    }
};

SPEC(StreamRoute, sends_each_frame_as_a_line_of_its_own_at_once) {
    const Site site;
    const ScriptedExchange answer = stream(site);
    CPPUNIT_ASSERT_EQUAL(200, answer.head->status);
    CPPUNIT_ASSERT_EQUAL("application/json; charset=utf-8"s, answer.head->contentType);
    CPPUNIT_ASSERT_EQUAL("no"s, answer.header("X-Accel-Buffering"));
    CPPUNIT_ASSERT_EQUAL("no-cache"s, answer.header("Cache-Control"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), answer.writes.size());
    CPPUNIT_ASSERT_EQUAL("Hello "s, contentOf(frame(answer.writes[0])));
    CPPUNIT_ASSERT_EQUAL("you"s, contentOf(frame(answer.writes[1])));
}

SPEC(StreamRoute, ends_with_a_last_frame_that_has_the_usage) {
    const Site site;
    const auto last = frame(stream(site).writes.at(2));
    CPPUNIT_ASSERT_EQUAL(2, statusOf(last));
    CPPUNIT_ASSERT_EQUAL(0, codeOf(last));
    CPPUNIT_ASSERT_EQUAL(2, last->getObject("payload")->getObject("choices")->getValue<int>("status"));
    const auto usage = last->getObject("payload")->getObject("usage")->getObject("text");
    for (const std::string& name : {"question_tokens"s, "prompt_tokens"s, "completion_tokens"s, "total_tokens"s})
        CPPUNIT_ASSERT_MESSAGE(name, usage->get(name).isInteger());
    CPPUNIT_ASSERT_EQUAL(2, usage->getValue<int>("total_tokens"));
}

SPEC(StreamRoute, passes_a_models_frames_byte_for_byte) {
    const std::string one =
        R"({ "header":{"code":0,"status":0,"sid":"s"}, "payload":{"choices":{"text":[{"content":"hm" }]}},"x":1.50})";
    const std::string two =
        R"({"header":{"code":0,"status":2},"payload":{"choices":{"status":2,"text":[]},"usage":{"text":{"total_tokens":7}}}})";
    const Site site(answering("frame " + one + "|usage 7|frame " + two));
    const ScriptedExchange answer = stream(site);
    CPPUNIT_ASSERT_EQUAL(one + "\n" + two + "\n", answer.text());
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), answer.writes.size());
}

SPEC(StreamRoute, keeps_a_line_break_inside_a_frame_from_ending_it) {
    const Site site(answering("frame {\"header\":\r\n{\"code\":0},\n\"payload\":{\"a\":1}}\n|delta x"));
    const ScriptedExchange answer = stream(site);
    CPPUNIT_ASSERT_EQUAL("{\"header\":  {\"code\":0}, \"payload\":{\"a\":1}} \n"s, answer.writes.at(0));
}

SPEC(StreamRoute, sends_server_sent_events_to_who_asks_for_them) {
    const Site site;
    for (const std::string& accept : {"text/event-stream"s, "text/html, text/event-stream;q=0.9"s}) {
        ScriptedExchange exchange = asking(site);
        exchange.sent.accept = accept;
        site.serve(exchange);
        CPPUNIT_ASSERT_EQUAL("text/event-stream; charset=utf-8"s, exchange.head->contentType);
        CPPUNIT_ASSERT_EQUAL(std::size_t(3), exchange.writes.size());
        for (const std::string& event : exchange.writes) {
            CPPUNIT_ASSERT_EQUAL("data: {"s, event.substr(0, 7));
            CPPUNIT_ASSERT_EQUAL(event.size() - 2, event.find("\n\n"));
            objectIn(event.substr(6));
        }
    }
}

SPEC(StreamRoute, keeps_an_event_whole_when_a_frame_has_line_breaks) {
    const Site site(answering("frame {\"header\":{\"code\":0},\"payload\":\n\n{\"a\":\"data\"}}"));
    ScriptedExchange exchange = asking(site);
    exchange.sent.accept = "text/event-stream";
    site.serve(exchange);
    CPPUNIT_ASSERT_EQUAL("data: {\"header\":{\"code\":0},\"payload\":  {\"a\":\"data\"}}\n\n"s, exchange.writes.at(0));
}

SPEC(StreamRoute, refuses_with_an_envelope_before_the_first_frame) {
    Site site(answering("status busy"));
    assertRefused(stream(site), "MODEL_BUSY");
    site.ann.uuid = "wrong";
    assertRefused(stream(site), "USER_NOT_FOUND");
    assertRefused(site.post("/textModel/stream", "{"), "APP_QUERY_METHOD_ERROR");
}

SPEC(StreamRoute, refuses_with_an_envelope_who_asked_for_events_too) {
    const Site site(answering("status failed"));
    ScriptedExchange exchange = asking(site);
    exchange.sent.accept = "text/event-stream";
    assertRefused(site.serve(exchange), "MODEL_ERROR");
}

SPEC(StreamRoute, says_in_a_last_frame_that_it_broke) {
    const Site site(answering("delta Hel|explain key sk-123|status unavailable"));
    const ScriptedExchange answer = stream(site);
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), answer.writes.size());
    const auto last = frame(answer.writes[1]);
    CPPUNIT_ASSERT_EQUAL(2, statusOf(last));
    CPPUNIT_ASSERT(codeOf(last) != 0);
    CPPUNIT_ASSERT_EQUAL("the text model failed"s, last->getObject("header")->getValue<std::string>("message"));
    assertSilentOf(answer.text(), "sk-123");
    assertSays(site.lastLogLine(), "code=MODEL_ERROR");
    assertSays(site.lastLogLine(), "frames=1");
}

SPEC(StreamRoute, says_in_a_last_frame_that_time_is_over) {
    const Site site([](Config& config) {
        answering("delta Hel|hang 1|status stopped")(config);
        config.timeouts.idleFrame = 1ms;  // of scripts that are followed
    });
    const ScriptedExchange answer = stream(site);
    CPPUNIT_ASSERT_EQUAL(504, codeOf(frame(answer.writes.at(1))));
    assertSays(site.lastLogLine(), "code=MODEL_TIMEOUT");
}

SPEC(StreamRoute, says_in_a_last_frame_that_the_model_sent_garbage) {
    const Site site(answering("delta Hel|delta \xff"));
    const ScriptedExchange answer = stream(site);
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), answer.writes.size());
    CPPUNIT_ASSERT_EQUAL(502, codeOf(frame(answer.writes[1])));
}

SPEC(StreamRoute, has_one_last_frame_even_if_the_model_fails_after_it) {
    const Site site(answering(R"(delta Hel|past {"header":{"code":0,"status":2}}|status failed)"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), stream(site).writes.size());
}

SPEC(StreamRoute, of_no_words_still_has_a_last_frame) {
    const Site site(answering("status ok"));
    const ScriptedExchange answer = stream(site);
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), answer.writes.size());
    CPPUNIT_ASSERT_EQUAL(2, statusOf(frame(answer.writes[0])));
}

SPEC(StreamRoute, ends_the_model_when_the_client_takes_no_more) {
    const Site site(answering("delta a|delta b|delta c|delta d"));
    ScriptedExchange exchange = asking(site);
    exchange.takesWrites = 2;
    site.serve(exchange);
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), exchange.writes.size());
    assertSays(site.lastLogLine(), "code=CLIENT_LEFT");
}

SPEC(StreamRoute, ends_the_model_when_the_client_leaves_in_silence) {
    const Site site(answering("hang 3600000|status stopped"));
    ScriptedExchange exchange = asking(site);
    exchange.connect();
    JoiningThreads leaving;
    leaving.add([&] { exchange.leave(); });
    site.serve(exchange);
    leaving.join();
    assertSays(site.lastLogLine(), "code=CLIENT_LEFT");
}

SPEC(StreamRoute, escapes_what_the_user_said) {
    const Site site;
    const std::string hostile = "\"}]}}}\r\n\u4f60\U0001f600\x01";
    CPPUNIT_ASSERT_EQUAL(hostile, contentOf(frame(stream(site, hostile).writes.at(0))));
}

SPEC(StreamRoute, is_logged_with_model_frames_and_tokens) {
    const Site site(answering("sid up-1|delta a|delta b|usage 9"));
    stream(site);
    assertSays(site.lastLogLine(),
               "code=0 user=ann method=POST path=/textModel/stream model=scripted_text sid=up-1 tokens=9 frames=2 ms=");
}

}  // namespace
