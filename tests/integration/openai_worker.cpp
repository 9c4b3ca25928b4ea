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
#include <utility>
#include <vector>

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
    leadToOpenAi(simulator, "gpt-sim", "voice", settings);
    settings["model.gpt-sim.model"] = "sim-transcribe";
    settings["model.gpt-sim.transcripts"] = "streamed";
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

struct TranscriptionsOverOpenAi : DocumentedPathsToOpenAi {
    FastcgiAnswer transcribe(const std::string& model, const std::string& pcm,
                             std::vector<std::pair<std::string, std::string>> fields) const {
        fields.emplace_back("model", model);
        std::string body;
        for (const auto& [name, value] : fields)
            body += "--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
        body +=
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pcm\"\r\n\r\n" + pcm + "\r\n--x--\r\n";
        FastcgiRequest request = jsonRequest("/v1/audio/transcriptions", body);
        request.parameters["CONTENT_TYPE"] = "multipart/form-data; boundary=x";
        request.parameters["HTTP_AUTHORIZATION"] = "Bearer " + uuid;
        return worker.ask(request);
    }
};

struct ChatCompletionsToSpark : CppUnit::TestCase {
    static bool says(const FastcgiAnswer& answer, const std::string& part) {
        return answer.body.find(part) != std::string::npos;
    }
};

}  // namespace

SPEC(DocumentedPathsToOpenAi, answer_in_one_piece_and_as_a_stream) {
    const FastcgiAnswer piece = asked("/textModel/chat", "good morning");
    CPPUNIT_ASSERT_MESSAGE(piece.body, says(piece, "good morning"));
    ASSERT_EVENTUALLY(simulator.calls().at(0).ended);  // a connection with something still to come is not kept
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

SPEC(DocumentedPathsToOpenAi, have_embeddings_of_tokens_as_the_client_sent_them) {
    Settings settings = openAiForAll(simulator);
    leadToOpenAi(simulator, "embed", "embedding", settings);
    settings["model.embed.model"] = "sim-embedding";
    leadToOpenAi(simulator, "texts", "embedding", settings);
    settings["model.texts.model"] = "sim-embedding";
    settings["model.texts.dialect"] = "ollama";
    const WorkerUnderTest other(settings);
    const std::string bearer = "Bearer " + other.newUser("alice");
    const auto embed = [&](const std::string& model, const std::string& input) {
        FastcgiRequest request = jsonRequest("/v1/embeddings", R"({"model":")" + model + R"(","input":)" + input + "}");
        request.parameters["HTTP_AUTHORIZATION"] = bearer;
        return other.ask(request);
    };
    for (const auto& [input, passed] :
         {std::pair{"[ 1, 2,\n3 ]", "[[1,2,3]]"}, std::pair{"[[1,2],[3]]", "[[1,2],[3]]"}}) {
        const FastcgiAnswer answer = embed("embed", input);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
        const auto call = simulator.calls().back();
        CPPUNIT_ASSERT_EQUAL(""s, call.violation);
        CPPUNIT_ASSERT_MESSAGE(call.request, call.request.find("\"input\":"s + passed) != std::string::npos);
    }
    CPPUNIT_ASSERT_EQUAL(200, embed("texts", "[\"a\"]").status);
    CPPUNIT_ASSERT_EQUAL(400, embed("texts", "[1,2,3]").status);
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

SPEC(TranscriptionsOverOpenAi, have_times_or_come_as_they_are_made) {
    const std::string pcm = std::string(32'000, 'p');
    const std::string said = aiproject::upstream::transcriptOf(32'000);
    const FastcgiAnswer srt = transcribe("whisper", pcm, {{"response_format", "srt"}, {"language", "zh-CN"}});
    CPPUNIT_ASSERT_EQUAL("1\n00:00:00,000 --> 00:00:01,000\n" + said + "\n\n", srt.body);
    const auto call = simulator.calls().at(0);
    CPPUNIT_ASSERT_EQUAL(""s, call.violation);
    for (const std::string& field : {"\"response_format\"\r\n\r\nverbose_json\r\n"s, "\"language\"\r\n\r\nzh\r\n"s})
        CPPUNIT_ASSERT_MESSAGE(call.request, call.request.find(field) != std::string::npos);
    const FastcgiAnswer verbose = transcribe("whisper", pcm, {{"response_format", "verbose_json"}});
    CPPUNIT_ASSERT_EQUAL("chinese"s, objectOf(verbose.body)->getValue<std::string>("language"));
    const FastcgiAnswer streamed =
        transcribe("gpt-sim", pcm, {{"stream", "true"}, {"temperature", "0.5"}, {"prompt", "names"}});
    std::size_t deltas = 0;
    for (std::size_t at = 0; (at = streamed.body.find("transcript.text.delta", at)) != std::string::npos; ++at)
        ++deltas;
    CPPUNIT_ASSERT_MESSAGE(streamed.body, deltas > 1);
    CPPUNIT_ASSERT_MESSAGE(streamed.body, says(streamed, R"("type":"transcript.text.done","text":")" + said));
    CPPUNIT_ASSERT_EQUAL(said, objectOf(transcribe("gpt-sim", pcm, {}).body)->getValue<std::string>("text"));
    for (const auto& each : simulator.calls()) CPPUNIT_ASSERT_EQUAL(""s, each.violation);
}

SPEC(TranscriptionsOverOpenAi, that_break_say_so) {
    simulator.setFault({FaultKind::closeMidAnswer, 1, "", {}});
    const FastcgiAnswer streamed = transcribe("gpt-sim", std::string(32'000, 'p'), {{"stream", "true"}});
    CPPUNIT_ASSERT_MESSAGE(streamed.body, says(streamed, R"(data: {"error":)") && !says(streamed, "text.done"));
}

SPEC(ChatCompletionsToSpark, hear_comments_while_an_upstream_does_not_answer_the_upgrade) {
    Simulator simulator;
    simulator.setFault({FaultKind::hangBeforeUpgrade, 0, "", {}});
    Settings settings = settingsForAll(simulator);
    settings["timeout.comment_ms"] = "100";
    settings["timeout.connect_ms"] = "1500";
    const WorkerUnderTest worker{settings};
    FastcgiRequest request = jsonRequest(
        "/v1/chat/completions", R"({"model":"spark_chat","stream":true,"messages":[{"role":"user","content":"Hi"}]})");
    request.parameters["HTTP_AUTHORIZATION"] = "Bearer " + worker.newUser("alice");
    const FastcgiAnswer answer = worker.ask(request);
    CPPUNIT_ASSERT_EQUAL(200, answer.status);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, std::size_t(0), answer.body.find(": keep-alive\n\n"));
    CPPUNIT_ASSERT_MESSAGE(answer.body,
                           answer.complete && says(answer, "data: {\"error\":{") && !says(answer, "[DONE]"));
}
