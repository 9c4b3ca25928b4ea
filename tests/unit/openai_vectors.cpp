// The vectors in an answer of /embeddings, and the text in one of /audio/transcriptions.
#include "openai/embeddings.h"

#include "openai/transcription.h"
#include "support/silent_reply.h"
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

struct VectorReply final : SilentReply {
    std::vector<std::vector<float>> vectors;
    std::string words, reasons;
    Usage told;

    bool vector(const float* values, std::uint64_t count) noexcept override {
        vectors.emplace_back(values, values + count);
        return true;
    }
    bool text(Text piece) noexcept override {
        words += piece.str();
        return true;
    }
    void usage(const Usage& usage) noexcept override { told = usage; }
    void explain(Text reason) noexcept override { reasons += reason.str(); }
};

struct ObjectAnswers : CppUnit::TestCase {
    std::shared_ptr<const openai::Service> service;
    VectorReply reply;

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
        const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
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
