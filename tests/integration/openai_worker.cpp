// The documented paths with models behind OpenAI's protocol, and OpenAI's with models behind Spark's: a worker and the
// simulated services.
#include "support/eventually.h"
#include "support/model_settings.h"
#include "support/spec.h"
#include "support/worker_under_test.h"
#include "upstream/simulator.h"

#include <Poco/JSON/Array.h>

#include <cppunit/TestCase.h>

#include <string>

using namespace aiproject::test;
using namespace std::string_literals;
using aiproject::upstream::FaultKind;
using aiproject::upstream::Simulator;

namespace {

void leadToOpenAi(const Simulator& simulator, const std::string& model, const std::string& kind, Settings& settings) {
    const std::string prefix = "model." + model + ".";
    settings[prefix + "plugin"] = "openai";
    settings[prefix + "url"] = simulator.openAiUrl();
    settings[prefix + "api_key"] = aiproject::upstream::Options().openAiKey;
    settings[prefix + "kind"] = kind;
}

Settings openAiForAll(const Simulator& simulator) {
    Settings settings{{"route.text", "gpt"}, {"route.voice", "whisper"}, {"route.picture", "vision"}};
    leadToOpenAi(simulator, "gpt", "text", settings);
    leadToOpenAi(simulator, "whisper", "voice", settings);
    leadToOpenAi(simulator, "vision", "picture", settings);
    settings["model.gpt.model"] = "sim-chat";
    settings["model.whisper.model"] = "whisper-1";
    settings["model.vision.model"] = "sim-vision";
    return settings;
}

struct DocumentedPathsToOpenAi : CppUnit::TestCase {
    Simulator simulator;
    WorkerUnderTest worker{openAiForAll(simulator)};
    const std::string uuid = worker.newUser("alice");

    FastcgiAnswer asked(const std::string& path, const std::string& question) const {
        return worker.post(path, textBody(uuid, "alice", question));
    }
    static bool says(const FastcgiAnswer& answer, const std::string& part) {
        return answer.body.find(part) != std::string::npos;
    }
};

struct ChatCompletionsToSpark : CppUnit::TestCase {};

}  // namespace

SPEC(DocumentedPathsToOpenAi, answer_in_one_piece_and_as_a_stream) {
    const FastcgiAnswer piece = asked("/textModel/chat", "good morning");
    CPPUNIT_ASSERT_MESSAGE(piece.body, says(piece, "good morning"));
    const FastcgiAnswer stream = asked("/textModel/stream", "good morning");
    CPPUNIT_ASSERT_MESSAGE(stream.body,
                           stream.complete && says(stream, R"("status":2)") && says(stream, "total_tokens"));
    CPPUNIT_ASSERT(!says(stream, "chat.completion"));
    CPPUNIT_ASSERT_EQUAL(1, simulator.connections());
}

SPEC(DocumentedPathsToOpenAi, say_that_an_answer_broke) {
    simulator.setFault({FaultKind::endAtByte, 600, "", {}});
    const FastcgiAnswer stream = asked("/textModel/stream", "good morning");
    const std::string last = stream.body.substr(stream.body.rfind('\n', stream.body.size() - 2) + 1);
    CPPUNIT_ASSERT_MESSAGE(last, stream.complete && last.find(R"("status":2)") != std::string::npos);
    CPPUNIT_ASSERT_MESSAGE(last, last.find(R"("code":502)") != std::string::npos);
    ASSERT_EVENTUALLY(worker.log().find("without finish_reason and [DONE]") != std::string::npos);
    simulator.setFault({FaultKind::httpStatus, 401, "", {}});
    CPPUNIT_ASSERT(says(asked("/textModel/chat", "good morning"), "MODEL_ERROR"));
    CPPUNIT_ASSERT(worker.log().find(aiproject::upstream::Options().openAiKey) == std::string::npos);
}

SPEC(DocumentedPathsToOpenAi, let_a_model_of_one_kind_serve_that_one_alone) {
    const FastcgiAnswer wrong = asked("/models/whisper/chat", "good morning");
    CPPUNIT_ASSERT_MESSAGE(wrong.body, !says(wrong, "good morning") && !says(wrong, "MODEL_ERROR"));
    CPPUNIT_ASSERT_EQUAL(0, simulator.connections());
    CPPUNIT_ASSERT(says(asked("/models/gpt/chat", "good morning"), "good morning"));
}

SPEC(ChatCompletionsToSpark, ask_the_model_of_pictures_what_the_client_asks) {
    const Simulator simulator;
    const WorkerUnderTest worker{settingsForAll(simulator)};
    const std::string picture = "/9j/4Gpqampq";  // FF D8 FF E0, and more
    FastcgiRequest request = jsonRequest(
        "/v1/chat/completions",
        R"({"model":"spark_image","temperature":0.5,"max_tokens":4000,"messages":[{"role":"user","content":[)"
        R"({"type":"text","text":"Which bird is it?"},{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,)" +
            picture + R"("}}]}]})");
    request.parameters["HTTP_AUTHORIZATION"] = "Bearer " + worker.newUser("alice");
    const FastcgiAnswer answer = worker.ask(request);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
    CPPUNIT_ASSERT(!objectOf(answer.body)->getArray("choices")->empty());
    const auto call = simulator.calls().at(0);
    CPPUNIT_ASSERT_EQUAL(""s, call.violation);
    CPPUNIT_ASSERT_MESSAGE(call.request, call.request.find("Which bird is it?") != std::string::npos);
    CPPUNIT_ASSERT_MESSAGE(call.request, call.request.find(picture) != std::string::npos);
}
