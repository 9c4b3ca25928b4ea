// What becomes of an answer of /chat/completions, however it is cut and whatever stands in it.
#include "openai/chat_stream.h"

#include "aiproject/testing.h"
#include "support/spec.h"
#include "unit/http_peer.h"

#include <memory>
#include <string>
#include <vector>

using namespace aiproject;
using namespace aiproject::openai;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

using FrameTexts = std::vector<std::string>;

const std::string kEventsHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nx-request-id: req_1\r\n\r\n";

std::string chunkSaying(const std::string& delta, const std::string& finish = "null") {
    return R"({"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{)" +
           delta + R"(},"finish_reason":)" + finish + "}]}";
}
std::string event(const std::string& data) { return "data: " + data + "\n\n"; }
std::string chunked(const std::vector<std::string>& chunks, const std::string& end = "0\r\n\r\n") {
    std::string bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/event-stream\r\n\r\n";
    for (const std::string& chunk : chunks) {
        char size[16];
        snprintf(size, sizeof size, "%zx\r\n", chunk.size());
        bytes += size + chunk + "\r\n";
    }
    return bytes + end;
}
std::string counted(const std::string& body, const std::string& status = "200 OK") {
    return "HTTP/1.1 " + status +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Sees an error where the word stands.
struct ChatReply final : testing::Reply {
    FrameTexts frames;
    std::string reasons, sentence, id;
    Seen seen = Seen::passed;

    Seen frame(Text dialect, Text message) noexcept override {
        CPPUNIT_ASSERT_EQUAL("openai"s, dialect.str());
        frames.push_back(message.str());
        const bool isError = frames.back().find("\"error\"") != std::string::npos;
        return isError ? Seen::error : seen;
    }
    void explain(Text reason) noexcept override { reasons += reason.str(); }
    void advise(Text words) noexcept override { sentence = words.str(); }
    void upstreamId(Text text) noexcept override { id = text.str(); }
};

struct ChatAnswers : CppUnit::TestCase {
    std::shared_ptr<const openai::Service> service;
    ChatReply reply;

    void setUp() override {
        openai::Upstream upstream;
        upstream.peer.endpoint.transport = outbound::Transport::plain;
        upstream.secrets.add("sk-very-secret-key-1234567890");
        service = std::make_shared<openai::Service>(upstream, "/chat/completions");
    }

    // Of an upstream that says this and hangs up.
    ModelStatus readTo(const std::string& bytes) {
        reply = {};
        return read(bytes);
    }
    ModelStatus read(const std::string& bytes) {
        HttpPeer peer;
        auto* const stream = new openai::ChatStream(peer.asked(), service);
        peer.says(bytes);
        peer.hangUp();
        while (stream->advance(reply).next != Next::over) continue;
        const ModelStatus status = stream->status();
        stream->destroy();
        return status;
    }
    void expect(ModelStatus status, const std::string& bytes, const std::string& part = "") {
        const ModelStatus got = readTo(bytes);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(bytes + " " + reply.reasons, int(status), int(got));
        CPPUNIT_ASSERT_MESSAGE(reply.reasons, reply.reasons.find(part) != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(reply.reasons, got == ModelStatus::ok || !reply.reasons.empty());
    }
    // Cut anywhere it is broken, or has handed on all that makes it whole.
    void expectNoSilentHalf(const std::string& bytes, std::size_t framesOfAll) {
        std::size_t whole = 0;
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const ModelStatus status = readTo(bytes.substr(0, size));
            if (status == ModelStatus::ok) {
                ++whole;
                CPPUNIT_ASSERT_MESSAGE(bytes.substr(0, size), reply.frames.size() >= framesOfAll);
            } else {
                CPPUNIT_ASSERT_MESSAGE(bytes.substr(0, size),
                                       status == ModelStatus::unavailable || status == ModelStatus::failed);
            }
        }
        CPPUNIT_ASSERT(whole < bytes.size() / 2);
        expect(ModelStatus::ok, bytes);
    }
};

const std::string kRole = chunkSaying(R"("role":"assistant","content":"")"), kWord = chunkSaying(R"("content":"你好")"),
                  kEnd = chunkSaying("", "\"stop\""),
                  kUsage = R"({"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}})";

}  // namespace

SPEC(ChatAnswers, are_handed_on_event_by_event) {
    expect(ModelStatus::ok,
           kEventsHead + event(kRole) + ": wait\n\n" + event(kWord) + event(kEnd) + event(kUsage) + event("[DONE]"));
    CPPUNIT_ASSERT((reply.frames == FrameTexts{kRole, kWord, kEnd, kUsage}));
    CPPUNIT_ASSERT_EQUAL(""s, reply.id);  // the host reads it in the chunks
}

SPEC(ChatAnswers, end_with_finish_reason_or_done_alone) {
    expect(ModelStatus::ok, kEventsHead + event(kWord) + event(kEnd));
    expect(ModelStatus::ok, kEventsHead + event(kWord) + event("[DONE]"));
    expect(ModelStatus::ok, kEventsHead + event(kWord) + "data: [DONE]");
    expect(ModelStatus::unavailable, kEventsHead + event(kWord), "without finish_reason and [DONE]");
    expect(ModelStatus::unavailable, kEventsHead, "without finish_reason and [DONE]");
    for (const char* finish : {"\"\"", "null", "0"})
        expect(ModelStatus::unavailable, kEventsHead + event(chunkSaying("", finish)));
    const std::string said = chunkSaying(R"("content":"\"finish_reason\":\"stop\"")");
    expect(ModelStatus::unavailable, kEventsHead + event(said));
}

SPEC(ChatAnswers, cut_at_any_byte_are_broken_or_whole) {
    expectNoSilentHalf(kEventsHead + event(kRole) + event(kWord) + event(kEnd) + event(kUsage) + event("[DONE]"), 3);
    expectNoSilentHalf(chunked({event(kRole) + event(kWord).substr(0, 90), event(kWord).substr(90), event(kEnd),
                                event(kUsage) + "data: [DO", "NE]\n\n"}),
                       3);
    expectNoSilentHalf(kEventsHead + event(kWord) + event(kWord) + event("[DONE]"), 2);
    expectNoSilentHalf("HTTP/1.1 200 OK\r\n\r\n\n\n {\"choices\":[{\"message\":{\"content\":\"a\"}}]}", 1);
    expectNoSilentHalf(counted(R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]})"), 1);
}

SPEC(ChatAnswers, that_end_with_done_do_not_wait_for_the_connection) {
    HttpPeer peer;
    auto* const stream = new openai::ChatStream(peer.asked(), service);
    peer.says(kEventsHead + event(kEnd));
    const Step step = stream->advance(reply);
    CPPUNIT_ASSERT(step.next == Next::readable && step.ms > 0);  // for a usage, and not for ever
    peer.says(event("[DONE]"));
    CPPUNIT_ASSERT(stream->advance(reply).next == Next::over);
    CPPUNIT_ASSERT(stream->status() == ModelStatus::ok);
    stream->destroy();
}

SPEC(ChatAnswers, are_whole_whatever_framing_follows_their_end) {
    const std::string wrong = "no end of a chunk\r\n";
    const auto framed = [&](const std::string& end) {
        const std::string bytes = chunked({event(kWord) + end}, "");
        return bytes.substr(0, bytes.size() - 2) + wrong;
    };
    for (const std::string& end : {event("[DONE]"), event(kEnd), event(kEnd) + event(kUsage) + event("[DONE]")}) {
        expect(ModelStatus::ok, framed(end));
        CPPUNIT_ASSERT_EQUAL(""s, reply.reasons);
    }
    expect(ModelStatus::failed, framed(""), "longer than it says");
}

SPEC(ChatAnswers, may_be_one_object) {
    const std::string object = R"({"object":"chat.completion","choices":[{"message":{"content":"a"}}]})";
    for (const char* before : {"", "\n\n \r\n"}) {
        expect(ModelStatus::ok, counted(before + object));
        CPPUNIT_ASSERT((reply.frames == FrameTexts{object}));
    }
    reply = {};
    reply.seen = Seen::other;
    CPPUNIT_ASSERT(read(counted("{}")) == ModelStatus::failed);
    expect(ModelStatus::failed, counted("{\"a\":"), "is not JSON");
}

SPEC(ChatAnswers, that_are_errors_say_which) {
    expect(ModelStatus::busy, kEventsHead + event(kWord) + event(R"({"error":{"code":"rate_limit_exceeded"}})"));
    expect(ModelStatus::quotaSpent, counted(R"({"error":{"message":"no money","code":"insufficient_quota"}})"),
           "no money");
    expect(ModelStatus::busy, counted(R"({"error":{"message":"slow"}})", "429 Slow"), "HTTP 429");
    expect(ModelStatus::misconfigured, counted("{}", "302 Elsewhere"), "redirects");
    expect(ModelStatus::unavailable, counted("<html>Bad Gateway</html>", "502 Bad"), "<html>Bad Gateway");
    expect(ModelStatus::misconfigured,
           counted(R"({"error":{"message":"Wrong key sk-very-secret-key-1234567890."}})", "401 No"),
           "Wrong key [secret].");
    expect(ModelStatus::badInput, counted(R"({"error":{"message":"bad tools"}})", "400 Bad"), "bad tools");
    CPPUNIT_ASSERT(reply.sentence.find("bad tools") != std::string::npos);
    expect(ModelStatus::unavailable, "HTTP/1.1 500 Oops\r\nx-request-id: req_1\r\nContent-Length: 0\r\n\r\n");
    CPPUNIT_ASSERT_EQUAL("req_1"s, reply.id);
    // Cut, too: the status says enough.
    const std::string cut = "HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\n{\"error\":";
    expect(ModelStatus::busy, cut, "HTTP 503");
}

SPEC(ChatAnswers, may_have_any_status_of_success) {
    expect(ModelStatus::ok, counted(R"({"choices":[{"message":{"content":"a"}}]})", "201 Made"));
    expect(ModelStatus::unavailable, "HTTP/1.1 204 Nothing\r\n\r\n", "without finish_reason");
}

SPEC(ChatAnswers, that_are_something_else_fail) {
    expect(ModelStatus::failed, counted("<html>Hello</html>"), "a page");
    expect(ModelStatus::failed, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b", "compressed (gzip)");
    expect(ModelStatus::unavailable, counted(""), "without finish_reason");
    expect(ModelStatus::failed, kEventsHead + "data: \xff\n", "not UTF-8");
    reply = {};
    reply.seen = Seen::over;
    CPPUNIT_ASSERT(read(kEventsHead + event(kWord)) == ModelStatus::stopped);
}
