// What becomes of the messages of chat and image understanding by what the host has seen in them.
#include "iflytek/core/chat_stream.h"

#include "aiproject/testing.h"
#include "support/raw_web_socket.h"
#include "support/spec.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

using namespace aiproject;
using namespace aiproject::iflytek;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

std::string header(int code, int status) {
    return R"("header":{"code":)" + std::to_string(code) + R"(,"message":"words","sid":"cht1","status":)" +
           std::to_string(status) + "}";
}
std::string saying(const std::string& elements, int code = 0) {
    return "{" + header(code, 1) + R"(,"payload":{"choices":{"status":1,"text":[)" + elements + "]}}}";
}
std::string piece(const std::string& content) { return saying(R"({"content":")" + content + R"("})"); }
std::string error(int code) { return "{" + header(code, 2) + "}"; }

struct SeeingReply final : testing::Reply {
    Seen seen = Seen::passed;
    bool takesMore = true;
    std::vector<std::string> frames, texts;
    std::string reasons, sentence;

    Seen frame(Text dialect, Text message) noexcept override {
        frames.push_back(dialect.str() + " " + message.str());
        return seen;
    }
    bool text(Text piece) noexcept override {
        texts.push_back(piece.str());
        return takesMore;
    }
    void explain(Text reason) noexcept override { reasons += reason.str(); }
    void advise(Text words) noexcept override { sentence = words.str(); }
    void retryAfter(std::uint32_t) noexcept override {}
};

struct FollowedAnswers : CppUnit::TestCase {
    std::array<int, 2> pair{-1, -1};
    SeeingReply reply;
    ChatStream* stream = nullptr;

    void setUp() override { anew(); }
    void tearDown() override {
        if (stream) std::exchange(stream, nullptr)->destroy();
        close(pair[1]);
    }
    void anew(Service service = Service::chat) {
        if (stream) tearDown();
        CPPUNIT_ASSERT_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()));
        stream = new ChatStream(rawWebSocket(pair[0]), service);
        reply = {};
    }
    Next comes(const std::string& message, Seen seen) {
        std::string bytes{char(0x81), char(126), char(message.size() / 256), char(message.size() % 256)};
        if (message.size() < 126) bytes = {char(0x81), char(message.size())};
        bytes += message;
        CPPUNIT_ASSERT_EQUAL(ssize_t(bytes.size()), send(pair[1], bytes.data(), bytes.size(), MSG_NOSIGNAL));
        reply.seen = seen;
        return stream->advance(reply).next;
    }
    void passes(const std::string& message, Seen seen = Seen::passed) {
        const Next next = comes(message, seen);
        CPPUNIT_ASSERT_MESSAGE(reply.reasons, next == Next::readable);
    }
    void ends(const std::string& message, Seen seen, ModelStatus status, const std::string& part = "") {
        CPPUNIT_ASSERT(comes(message, seen) == Next::over);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(reply.reasons, int(status), int(stream->status()));
        CPPUNIT_ASSERT_MESSAGE(reply.reasons, reply.reasons.find(part) != std::string::npos);
        CPPUNIT_ASSERT(!part.empty() || reply.reasons.empty());
    }
};

}  // namespace

SPEC(FollowedAnswers, are_handed_on_byte_for_byte_and_unread) {
    passes(" {\n what the host\ttakes} ");
    passes("{}", Seen::other);
    CPPUNIT_ASSERT((reply.frames == std::vector<std::string>{"spark  {\n what the host\ttakes} ", "spark {}"}));
    CPPUNIT_ASSERT(reply.reasons.empty() && reply.texts.empty());
}

SPEC(FollowedAnswers, end_when_the_host_has_seen_the_last_frame_or_nobody_takes_more) {
    ends("{}", Seen::last, ModelStatus::ok);
    anew();
    ends("{}", Seen::over, ModelStatus::stopped);
    anew();
    ends("{}", Seen(4711), ModelStatus::stopped);
}

SPEC(FollowedAnswers, end_with_the_status_of_their_error) {
    passes(piece("a"));
    ends(error(11202), Seen::error, ModelStatus::busy, "words");
    anew();
    ends(error(10014), Seen::error, ModelStatus::contentRefused, "10014");
    CPPUNIT_ASSERT(reply.reasons.find("words") == std::string::npos);
    anew(Service::image);
    ends(error(10041), Seen::error, ModelStatus::badInput, "10041");
    CPPUNIT_ASSERT(!reply.sentence.empty());
}

SPEC(FollowedAnswers, that_look_sensitive_at_their_end_are_complete) {
    passes(piece("a"));
    ends(error(10019), Seen::error, ModelStatus::ok, "10019");
    CPPUNIT_ASSERT(reply.texts.empty());
    CPPUNIT_ASSERT(reply.reasons.find("the answer was complete and has been delivered") != std::string::npos);
    anew();
    ends(saying(R"({"content":"a"},7,{"content":5},{"content":"b"})", 10019), Seen::error, ModelStatus::ok, "10019");
    CPPUNIT_ASSERT((reply.texts == std::vector<std::string>{"ab"}));
    anew();
    reply.takesMore = false;
    ends(saying(R"({"content":"a"})", 10019), Seen::error, ModelStatus::stopped, "10019");
}

SPEC(FollowedAnswers, that_look_sensitive_before_any_word_are_refused) {
    for (const std::string& wordless :
         {piece(""), saying(""), saying(R"({"reasoning_content":"hm"},{"content" : ""})"),
          saying(R"({"content":null})"), saying(R"({"role":"content","x":"\"content\":\"a"})"), "{\"content\""s}) {
        anew();
        passes(wordless);
        ends(error(10019), Seen::error, ModelStatus::contentRefused, "10019");
    }
    for (const char* words :
         {R"({"content":"","content" : "b"})", "{\"content\"\n\t:\r \"b\"}", R"({"content":"\u4f60"})"}) {
        anew();
        passes(saying(words));
        ends(error(10019), Seen::error, ModelStatus::ok, "10019");
    }
}

SPEC(FollowedAnswers, that_only_seem_to_be_an_error_are_refused) {
    const std::pair<const char*, const char*> rows[] = {
        {"", "is no JSON"},
        {"[]", "is no JSON object"},
        {"{", "is no JSON"},
        {"{}", "has no header.code"},
        {R"({"header":{"code":"7"}})", "has no header.code"},
        {R"({"header":{"code":0}})", "has no header.code"},
        {R"({"header":[7]})", "has no header.code"},
    };
    for (const auto& [message, reason] : rows) {
        anew();
        ends(message, Seen::error, ModelStatus::failed, "a message of the upstream "s + reason);
    }
}
