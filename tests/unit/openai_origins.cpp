// Where the answers of a model come from, in words for people.
#include "openai/settings.h"

#include "support/spec.h"

#include <string>

using namespace aiproject;
using namespace aiproject::openai;
using namespace std::string_literals;

namespace {

struct OpenAiOrigins : CppUnit::TestCase {
    static std::string of(const char* dialect, const char* url = nullptr) {
        const auto& row = openai::dialectOf(dialect);
        std::string reason;
        openai::Upstream upstream;
        upstream.model = "qwen3:4b";
        upstream.peer.endpoint = *outbound::endpointOf(url ? url : row.url, reason, outbound::Protocol::http);
        return originOf(upstream, row);
    }
};

}  // namespace

SPEC(OpenAiOrigins, name_model_and_server) {
    CPPUNIT_ASSERT_EQUAL("local: qwen3:4b via Ollama"s, of("ollama"));
    CPPUNIT_ASSERT_EQUAL("qwen3:4b via vLLM"s, of("vllm", "https://gpu.example.org/v1"));
    CPPUNIT_ASSERT_EQUAL("qwen3:4b via DeepSeek"s, of("deepseek"));
}

SPEC(OpenAiOrigins, do_not_take_a_server_that_speaks_like_a_service_for_it) {
    CPPUNIT_ASSERT_EQUAL("local: qwen3:4b via a server that speaks like OpenAI"s, of("openai", "http://[::1]:9/v1"));
    CPPUNIT_ASSERT_EQUAL("qwen3:4b via a server that speaks like Qwen"s, of("qwen", "https://proxy.example.org/v1"));
}
