// The vectors in an answer of /embeddings, and the text in one of /audio/transcriptions.
#include "openai/embeddings.h"

#include "aiproject/testing.h"
#include "openai/transcription.h"
#include "support/spec.h"
#include "unit/http_peer.h"
#include "upstream/failure.h"

#include <memory>
#include <string>
#include <vector>

using namespace aiproject;
using namespace aiproject::openai;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct VectorReply final : testing::Reply {
    std::vector<std::vector<float>> vectors;
    std::string words, reasons, parts;
    Usage told;

    bool vector(const float* values, std::uint64_t count) noexcept override {
        vectors.emplace_back(values, values + count);
        return true;
    }
    bool text(Text piece) noexcept override {
        words += piece.str();
        return true;
    }
    void spoken(const Spoken& part) noexcept override {
        parts += std::to_string(int(part.begin * 10)) + "-" + std::to_string(int(part.end * 10)) + part.text.str() +
                 part.language.str() + ";";
    }
    void usage(const Usage& usage) noexcept override { told = usage; }
    void explain(Text reason) noexcept override { reasons += reason.str(); }
};

struct ObjectAnswers : CppUnit::TestCase {
    std::shared_ptr<const openai::Service> service;
    VectorReply reply;
    std::string type = "application/json";

    void setUp() override {
        openai::Upstream upstream;
        upstream.peer.endpoint.transport = outbound::Transport::plain;
        service = std::make_shared<openai::Service>(upstream, "/x");
    }
    template <class Stream, class... More>
    ModelStatus statusOf(const std::string& body, std::size_t cut, More... more) {
        reply = {};
        HttpPeer peer;
        auto* const stream = new Stream(peer.asked(), service, more...);
        const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: " + type +
                                 "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
        peer.says(head + body.substr(0, body.size() - cut));
        peer.hangUp();
        while (stream->advance(reply).next != Next::over) continue;
        const ModelStatus status = stream->status();
        stream->destroy();
        return status;
    }
    ModelStatus embed(const std::string& body, std::uint64_t inputs = 2, std::size_t cut = 0) {
        return statusOf<EmbeddingStream>(body, cut, inputs);
    }
    ModelStatus hear(const std::string& body, std::size_t cut = 0) { return statusOf<TranscriptionStream>(body, cut); }
};

const std::string kTwo =
    R"({"object":"list","data":[{"object":"embedding","index":1,"embedding":[-0.5,1e0]},)"
    R"({"embedding":"AACAPwAAAEA=","index":0}],"model":"e","usage":{"prompt_tokens":3,"total_tokens":3}})";

}  // namespace

SPEC(ObjectAnswers, have_vectors_as_numbers_or_base64_in_any_order) {
    CPPUNIT_ASSERT_EQUAL_MESSAGE(reply.reasons, int(ModelStatus::ok), int(embed(kTwo)));
    CPPUNIT_ASSERT((reply.vectors == std::vector<std::vector<float>>{{1, 2}, {-0.5, 1}}));
    CPPUNIT_ASSERT(reply.told.prompt == 3 && reply.told.total == 3);
    CPPUNIT_ASSERT(embed(R"({"data":[{"embedding":[1]},{"embedding":[2]}]})") == ModelStatus::ok);
    CPPUNIT_ASSERT(embed("\n\n" + kTwo) == ModelStatus::ok);
}

SPEC(ObjectAnswers, with_another_number_of_vectors_fail) {
    for (const char* body : {R"({"data":[{"embedding":[1],"index":0}]})",
                             R"({"data":[{"embedding":[1],"index":0},{"embedding":[1],"index":0}]})",
                             R"({"data":[{"embedding":[1],"index":0},{"embedding":[1],"index":2}]})", R"({"data":[]})",
                             R"({"data":[{"embedding":[],"index":0},{"embedding":[1],"index":1}]})",
                             R"({"data":[{"embedding":"?","index":0},{"embedding":[1],"index":1}]})"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(body, int(ModelStatus::failed), int(embed(body)));
    CPPUNIT_ASSERT(reply.vectors.empty());
}

SPEC(ObjectAnswers, that_are_cut_or_errors_or_something_else_are_none) {
    CPPUNIT_ASSERT(embed(kTwo, 2, 1) == ModelStatus::unavailable);
    CPPUNIT_ASSERT(hear(R"({"text":"a"})", 1) == ModelStatus::unavailable);
    CPPUNIT_ASSERT(embed(R"({"error":{"code":"insufficient_quota"}})") == ModelStatus::quotaSpent);
    CPPUNIT_ASSERT(hear(R"({"error":{"code":"insufficient_quota"}})") == ModelStatus::quotaSpent);
    CPPUNIT_ASSERT(embed("<html>") == ModelStatus::unavailable);
    CPPUNIT_ASSERT(hear("<html>") == ModelStatus::failed);
    CPPUNIT_ASSERT(reply.vectors.empty() && reply.words.empty());
}

SPEC(ObjectAnswers, have_a_transcript) {
    CPPUNIT_ASSERT(
        hear(R"({"text":"你好","usage":{"type":"tokens","input_tokens":3,"output_tokens":2,"total_tokens":5}})") ==
        ModelStatus::ok);
    CPPUNIT_ASSERT_EQUAL("你好"s, reply.words);
    CPPUNIT_ASSERT(reply.told.prompt == 3 && reply.told.completion == 2 && reply.told.total == 5);
    CPPUNIT_ASSERT(hear(R"({"text":"","usage":{"type":"duration","seconds":2}})") == ModelStatus::ok);
    CPPUNIT_ASSERT(reply.words.empty() && reply.told.total == 0);
}

SPEC(ObjectAnswers, have_the_times_of_a_transcript_where_they_make_sense) {
    const ModelStatus status =
        hear(R"({"task":"transcribe","segments":[{"id":0,"start":0,"end":1.5,"text":"你","tokens":[1,2]},)"
             R"({"start":2,"end":1,"text":"x"},{"end":1,"text":"x"},{"start":"0","end":1,"text":"x"},)"
             R"({"start":1e300,"end":1e300,"text":"x"},{"text":"好","end":3,"start":1.5,"words":[)"
             R"({"start":9,"end":9,"text":"x"}]}],"text":"你好","language":"zh"})");
    CPPUNIT_ASSERT_EQUAL_MESSAGE(reply.reasons, int(ModelStatus::ok), int(status));
    CPPUNIT_ASSERT_EQUAL("0-15你zh;15-30好zh;"s, reply.parts);
    CPPUNIT_ASSERT_EQUAL("你好"s, reply.words);
    std::string tokens = "[0";
    for (int i = 0; i < 30'000; ++i) tokens += ",1";
    CPPUNIT_ASSERT(hear(R"({"text":"a","segments":[{"start":0,"end":1,"text":"a","tokens":)" + tokens + "]}]}") ==
                   ModelStatus::ok);
    CPPUNIT_ASSERT(hear(R"({"text":"a","segments":{}})") == ModelStatus::ok);
    CPPUNIT_ASSERT(hear(R"(["text","a"])") != ModelStatus::ok && hear(R"({"text":1})") != ModelStatus::ok);
}

SPEC(ObjectAnswers, have_a_transcript_as_events) {
    type = "text/event-stream; charset=utf-8";
    const std::string deltas =
        "data: {\"type\":\"transcript.text.delta\",\"delta\":\"你\"}\n\n: x\n\ndata: "
        "{\"type\":\"transcript.text.delta\",\"delta\":\"好\",\"logprobs\":[]}\n\n";
    const std::string done =
        "data: {\"type\":\"transcript.text.done\",\"text\":\"你好\",\"usage\":{\"type\":\"tokens\","
        "\"input_tokens\":3,\"output_tokens\":2,\"total_tokens\":5}}";
    for (const std::string& end : {"\n\n"s, ""s}) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(reply.reasons, int(ModelStatus::ok), int(hear(deltas + done + end)));
        CPPUNIT_ASSERT_EQUAL("你好"s, reply.words);
        CPPUNIT_ASSERT(reply.told.prompt == 3 && reply.told.completion == 2 && reply.told.total == 5);
    }
    CPPUNIT_ASSERT(hear(done) == ModelStatus::ok);
    CPPUNIT_ASSERT_EQUAL("你好"s, reply.words);
    CPPUNIT_ASSERT(hear(deltas) == ModelStatus::unavailable);
    CPPUNIT_ASSERT(hear(deltas + done, 10) == ModelStatus::unavailable);
    CPPUNIT_ASSERT(hear(deltas + "data: [1]\n\n" + done) == ModelStatus::failed);
    CPPUNIT_ASSERT(hear(deltas + "data: {\"type\":\"error\",\"error\":{\"code\":\"insufficient_quota\"}}\n\n") ==
                   ModelStatus::quotaSpent);
}
