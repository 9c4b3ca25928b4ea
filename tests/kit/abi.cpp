// A plugin that was built against contract 2.0 alone serves in a worker of today, with all that it can.
#include "support/places.h"
#include "support/plugin_folder.h"
#include "support/spec.h"
#include "support/worker_under_test.h"

#include <string>

using namespace aiproject::test;
using namespace std::string_literals;

namespace {

const std::string kPlugin = "everything_2_0";

struct Contract20 : CppUnit::TestCase {
    PluginFolder plugins;

    Contract20() { plugins.add(buildFolder() + "/abi-plugins", kPlugin); }

    Settings settings() const {
        return {{"plugins.dir", plugins.path()},
                {"route.text", kPlugin},
                {"route.voice", kPlugin},
                {"route.picture", kPlugin},
                {"model." + kPlugin + ".greeting", "good day to you"},
                {"model." + kPlugin + ".count", "7"},
                {"model." + kPlugin + ".share", "0.25"},
                {"model." + kPlugin + ".loud", "true"},
                {"model." + kPlugin + ".way", "right"}};
    }
    static void assertSays(const std::string& text, const std::string& part) {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is not in: " + text, text.find(part) != std::string::npos);
    }
};

struct ServedContract20 : Contract20 {
    const WorkerUnderTest worker{settings()};
    const std::string uuid = worker.newUser("alice");

    std::string ask(const std::string& question, const std::string& path = "/textModel/chat") const {
        return worker.post(path, textBody(uuid, "alice", question)).body;
    }
    FastcgiAnswer openAi(const std::string& path, const std::string& json) const {
        FastcgiRequest request = jsonRequest(path, json);
        request.parameters["HTTP_AUTHORIZATION"] = "Bearer " + uuid;
        return worker.ask(request);
    }
    std::string chat(const std::string& order, const std::string& more = {}) const {
        return openAi("/v1/chat/completions", R"({"model":")" + kPlugin +
                                                  R"(","messages":[{"role":"user","content":")" + order + "\"}]" +
                                                  more + "}")
            .body;
    }
    std::string file(const std::string& path, const std::string& bytes) const {
        return worker.ask({"POST", path, bytes, {{"HTTP_UUID", uuid}, {"HTTP_USERNAME", "alice"}}}).body;
    }
};

}  // namespace

SPEC(Contract20, is_loaded_and_described) {
    const Installation installation(settings());
    const Finished models = runToEnd({programPath(), {"models", "-c", installation.configFile()}});
    for (const char* part : {"contract 2.0", "text voice picture embedding speech", "the test of contract 2.0",
                             ".count = 7", ".way = right", "left or right"})
        assertSays(models.output, part);
    CPPUNIT_ASSERT(models.output.find("good day") == std::string::npos);  // a secret
    const Finished check = runToEnd({programPath(), {"check", "-c", installation.configFile()}});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(check.output, 0, check.code);
    assertSays(check.output, "is only a test");
    Settings rejected = settings();
    rejected["model." + kPlugin + ".greeting"] = "never";
    const Installation wrong(rejected);
    assertSays(runToEnd({programPath(), {"check", "-c", wrong.configFile()}}).output, "is never said");
}

SPEC(ServedContract20, has_its_settings) { assertSays(ask("settings"), "good day to you 7 0.25 loud right started"); }

SPEC(ServedContract20, is_told_the_whole_request) {
    assertSays(ask("echo"),
               "whole user/echo/0/0/ effort= format= dialect=documented body=no user=yes fresh=0 trace= timed");
    const std::string told =
        chat("echo", R"(,"temperature":0.5,"top_p":0.25,"top_k":4,"max_tokens":99,"seed":7,"stop":["x","y"])"
                     R"(,"reasoning_effort":"low","response_format":{"type":"json_object"})");
    for (const char* part : {" temperature=0.5 topP=0.25 topK=4 maxTokens=99 seed=7", " stop=x stop=y effort=low",
                             "json_object", "dialect=openai body=yes"})
        assertSays(told, part);
    const FastcgiAnswer dialog = openAi(
        "/v1/chat/completions",
        R"({"model":")" + kPlugin +
            R"(","messages":[{"role":"system","content":"be"},{"role":"user","content":"u"},{"role":"assistant","content":null,)"
            R"("tool_calls":[{"id":"t1","type":"function","function":{"name":"add","arguments":"{}"}}]},)"
            R"({"role":"tool","tool_call_id":"t1","content":"2"},{"role":"user","content":"echo"}]})");
    assertSays(dialog.body, "system/be/");
    assertSays(dialog.body, "/1/add{}");
    assertSays(dialog.body, "tool/2/");
    assertSays(dialog.body, "/0/t1");
}

SPEC(ServedContract20, answers_in_every_way) {
    assertSays(ask("follow"), R"("content":"abc")");
    assertSays(ask("follow", "/models/" + kPlugin + "/stream"), "c");
    assertSays(ask("wait"), "waited");
    assertSays(chat("frame"), "framed");
    const std::string thought = chat("thought");
    for (const char* part :
         {R"("reasoning_content":"hm")", R"("content":"so")", R"("finish_reason":"length")", R"("prompt_tokens":5)",
          R"("cached_tokens":1)", R"("reasoning_tokens":2)", R"("total_tokens":9)"})
        assertSays(thought, part);
    const std::string tool =
        chat("tool", R"(,"tools":[{"type":"function","function":{"name":"add","parameters":{"type":"object"}}}])");
    for (const char* part : {R"("id":"call-1")", R"("name":"add")", R"({\"a\":1})", R"("finish_reason":"tool_calls")"})
        assertSays(tool, part);
}

SPEC(ServedContract20, fails_in_its_own_way) {
    assertSays(ask("guard"), "MODEL_TIMEOUT");
    assertSays(ask("busy"), "MODEL_BUSY");
    assertSays(worker.log(), "on purpose");
    assertSays(ask("nonsense"), "no such order");
}

SPEC(ServedContract20, takes_every_kind) {
    assertSays(file("/voiceModel/chat", std::string(32'000, '\0')), "voice 32000 audio/L16;rate=16000 16000");
    assertSays(file("/PictureToTextModel/chat", "\xFF\xD8\xFF" + std::string(97, 'j')), "picture 100 image/jpeg");
    assertSays(openAi("/v1/embeddings", R"({"model":")" + kPlugin + R"(","input":["four","seven 7"]})").body,
               R"("embedding":[4,0.5])");
    const FastcgiAnswer speech = openAi(
        "/v1/audio/speech", R"({"model":")" + kPlugin + R"(","input":"hello","voice":"anna","response_format":"pcm"})");
    assertSays(speech.body, "hello by anna");
}
