// `aiproject discover` among servers that say exactly what a script has.
#include "integration/administer.h"
#include "support/environment_variable.h"
#include "support/plugin_folder.h"
#include "support/scripted_server.h"
#include "support/spec.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <list>

using namespace aiproject::test;
using namespace std::string_literals;

namespace {

// 300 ms are enough for people; this machine may have much else to do.
const std::string kMilliseconds = atOurPace(std::chrono::seconds(3), std::chrono::seconds(60));

std::string answerWith(const std::string& body, const std::string& status = "200 OK") {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
std::string modelsOf(const std::string& owner, const std::string& model) {
    return answerWith(R"({"object":"list","data":[{"id":")" + model + R"(","owned_by":")" + owner + "\"}]}");
}

struct Discover : CppUnit::TestCase {
    TempDir dir;
    std::list<ScriptedServer> servers;
    std::string ports;

    std::string have(const std::string& answer, Afterwards afterwards = Afterwards::waits) {
        return ask(servers.emplace_back(answer, afterwards).port());
    }
    std::string ask(std::uint16_t port) {
        ports += (ports.empty() ? "" : ",") + std::to_string(port);
        return std::to_string(port);
    }
    Finished discover(std::vector<std::string> words) const {
        words.insert(words.begin(), "discover");
        return runToEnd(
            {programPath(), words, {{"AIPROJECT_DISCOVER_PORTS", ports}, {"AIPROJECT_DISCOVER_MS", kMilliseconds}}});
    }
    std::string configuration(const std::string& text) const { return dir.write("c", text); }
};

std::string replacedAll(std::string text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

std::string linesFor(const std::string& name, const std::string& port, const std::string& model) {
    const std::string key = "model." + name;
    return key + ".plugin = openai\n" + key + ".dialect = " + name + "\n" + key + ".url = http://127.0.0.1:" + port +
           "/v1\n" + key + ".model = " + model + "\n";
}

}  // namespace

SPEC(Discover, prints_the_lines_for_what_it_finds) {
    const std::string first = have(modelsOf("library", "qwen3:8b")), second = have(modelsOf("vllm", "Qwen/Qwen3-8B"));
    const Finished finished = discover({"-c", configuration("")});
    assertCode(0, finished);
    CPPUNIT_ASSERT_EQUAL("# Ollama on port " + first + "; its models: qwen3:8b\n" +
                             linesFor("ollama", first, "qwen3:8b") + "\n# vLLM on port " + second +
                             "; its models: Qwen/Qwen3-8B\n" + linesFor("vllm", second, "Qwen/Qwen3-8B") +
                             "\nroute.text = ollama, vllm\n",
                         finished.output);
}

SPEC(Discover, makes_a_model_of_voice_of_a_server_that_transcribes) {
    const std::string port = have(answerWith(R"({"data":[{"id":"whisper-small","owned_by":"vllm"},{"id":"qwen3"}]})"));
    const Finished finished = discover({"-c", configuration("")});
    assertCode(0, finished);
    const std::string voice = replacedAll(linesFor("vllm", port, "whisper-small"), "model.vllm.", "model.vllm_voice.") +
                              "model.vllm_voice.kind = voice\n";
    assertSays(finished.output, linesFor("vllm", port, "qwen3"));
    assertSays(finished.output, voice);
    assertSays(finished.output, "\nroute.text = vllm\nroute.voice = vllm_voice\n");

    const std::string file = configuration("route.voice = spark_iat\n");
    assertCode(0, discover({"-c", file, "--write"}));
    assertSays(readFile(file), "# Found by `aiproject discover`: vLLM on port " + port + "\n");
    assertSays(readFile(file), voice + "route.text = vllm\n");
    assertCode(1, discover({"-c", file, "--write"}));  // has both
}

SPEC(Discover, takes_a_server_that_only_transcribes) {
    have(modelsOf("vllm", "whisper-small"));
    const Finished finished = discover({"-c", configuration("")});
    assertCode(0, finished);
    assertSays(finished.output, "\nroute.voice = vllm_voice\n");
    assertSilentOf(finished.output, "route.text");
}

SPEC(Discover, tells_two_servers_of_one_product_apart) {
    have(modelsOf("vllm", "a"));
    const std::string second = have(modelsOf("vllm", "b"));
    const std::string output = discover({"-c", configuration("")}).output;
    assertSays(output, "model.vllm.model = a\n");
    assertSays(output, "model.vllm_" + second + ".model = b\n");
    assertSays(output, "route.text = vllm, vllm_" + second + "\n");
}

SPEC(Discover, says_why_each_port_is_no_server_and_what_to_start) {
    const ScriptedServer elsewhere(modelsOf("vllm", "never asked"), Afterwards::waits);
    const std::string whole = modelsOf("vllm", "m");
    const SilentServer silent;
    const std::vector<std::pair<std::string, std::string>> expected{
        {have("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:" + std::to_string(elsewhere.port()) +
              "/v1/models\r\nContent-Length: 0\r\n\r\n"),
         "leads elsewhere"},
        {have(answerWith("<html>It works!</html>")), "answers with no list"},
        {have(answerWith("{}", "401 Unauthorized")), "wants a key (HTTP 401)"},
        {have(modelsOf("aiproject", "spark_chat")), "is an aiproject"},
        {have(whole.substr(0, whole.size() - 1)), "does not answer to the end"},
        {have(whole.substr(0, whole.size() - 1), Afterwards::closes), "does not answer to the end"},
        {have("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + std::string(1'000'000, ' ')), "too great length"},
        {have("\x16\x03\x01 garbage\r\n\r\n"), "does not speak HTTP"},
        {have("", Afterwards::closes), "says nothing"},
        {ask(silent.port()), "says nothing"}};
    const Finished finished = discover({"-c", configuration("")});
    assertCode(3, finished);
    assertSays(finished.output, "nothing found");
    assertSays(finished.output, "ollama serve");
    for (const auto& [port, reason] : expected) {
        const auto at = finished.output.find("; port " + port + " ");
        CPPUNIT_ASSERT_MESSAGE(port + " is not in: " + finished.output, at != std::string::npos);
        assertSays(finished.output.substr(at, finished.output.find(';', at + 1) - at), reason);
    }
    CPPUNIT_ASSERT_EQUAL(0, elsewhere.callers());
    CPPUNIT_ASSERT(std::all_of(servers.begin(), servers.end(), [](const auto& one) { return one.callers() == 1; }));
}

SPEC(Discover, asks_all_ports_at_once) {
    const std::list<SilentServer> silent(40);
    for (const SilentServer& one : silent) ask(one.port());
    have(modelsOf("vllm", "m"));
    const auto began = std::chrono::steady_clock::now();
    assertCode(0, discover({"-c", configuration("")}));
    const auto oneByOne = 40 * std::chrono::milliseconds(std::stoi(kMilliseconds));
    CPPUNIT_ASSERT(std::chrono::steady_clock::now() - began < oneByOne / 2);
}

SPEC(Discover, writes_only_when_told_and_only_once) {
    const std::string port = have(modelsOf("library", "qwen3:8b"));
    const std::string before = "# mine\r\nrun.dir = /tmp/x";
    const std::string file = configuration(before);
    CPPUNIT_ASSERT_EQUAL(0, chmod(file.c_str(), 0640));
    assertCode(0, discover({"-c", file}));
    CPPUNIT_ASSERT_EQUAL(before, readFile(file));

    const Finished written = discover({"-c", file, "--write"});
    assertCode(0, written);
    assertSays(written.output, "Written to " + file);
    const std::string after = readFile(file);
    CPPUNIT_ASSERT_EQUAL(before + "\n\n# Found by `aiproject discover`: Ollama on port " + port + "\n" +
                             linesFor("ollama", port, "qwen3:8b") + "route.text = ollama\n",
                         after);
    struct stat status {};
    CPPUNIT_ASSERT_EQUAL(0, stat(file.c_str(), &status));
    CPPUNIT_ASSERT_EQUAL(mode_t(0640), mode_t(status.st_mode & 07777));

    const Finished again = discover({"-c", file, "--write"});
    assertCode(1, again);
    assertSays(again.output, file + ": has the model ollama already; nothing was changed");
    CPPUNIT_ASSERT_EQUAL(after, readFile(file));
    assertSays(discover({"-c", file}).output, "# The configuration has the model ollama already.");
}

SPEC(Discover, knows_the_model_under_another_name) {
    const std::string port = have(modelsOf("library", "qwen3:8b")), other = have(modelsOf("vllm", "m"));
    const std::string file = configuration("model.mine.plugin = openai\nmodel.mine.url = http://localhost:" + port +
                                           "/v1/\nmodel.mine.model = qwen3:8b\n");
    assertCode(0, discover({"-c", file, "--write"}));  // the other one
    assertSays(readFile(file), linesFor("vllm", other, "m") + "route.text = vllm\n");
    assertSilentOf(readFile(file), "model.ollama");
    const Finished again = discover({"-c", file, "--write"});
    assertCode(1, again);
    assertSays(again.output, "has the model mine, vllm already");
}

SPEC(Discover, knows_what_is_in_conf_d_and_writes_to_the_file) {
    const std::string port = have(modelsOf("library", "qwen3:8b")), other = have(modelsOf("vllm", "m"));
    const std::string file = configuration("log.level = info\n");
    std::filesystem::create_directories(dir.file("conf.d"));
    const std::string added = "model.mine.plugin = openai\nmodel.mine.url = http://127.0.0.1:" + port +
                              "/v1\nmodel.mine.model = qwen3:8b\nroute.text = mine\n";
    dir.write("conf.d/mine.properties", added);
    assertCode(0, discover({"-c", file, "--write"}));
    assertSays(readFile(file), linesFor("vllm", other, "m"));
    for (const char* known : {"model.ollama", "model.mine", "route.text"}) assertSilentOf(readFile(file), known);
    CPPUNIT_ASSERT_EQUAL(added, readFile(dir.file("conf.d/mine.properties")));
}

SPEC(Discover, leaves_a_route_that_is_set) {
    have(modelsOf("library", "qwen3:8b"));
    for (const char* route : {"route.text = spark_chat\n", "route.text =\n"}) {
        const std::string file = configuration(route);
        const Finished finished = discover({"-c", file, "--write"});
        assertCode(0, finished);
        assertSays(finished.output, "# route.text is set already");
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), countOf(readFile(file), "route.text"));
    }
}

SPEC(Discover, writes_what_the_plugin_takes) {
    have(modelsOf("library", "qwen3:8b"));
    const PluginFolder plugins{{{"openai", pluginFolder()}}};
    const Installation installation{{{"plugins.dir", plugins.path()}}};
    assertCode(0, discover({"-c", installation.configFile(), "--write"}));
    const Finished models = runToEnd({programPath(), {"models", "-c", installation.configFile()}});
    assertSays(models.output, "model.ollama.model = qwen3:8b\n");
    assertSilentOf(models.output, "not loaded: model.ollama");
}

SPEC(Discover, prints_json) {
    const std::string port = have(modelsOf("library", "qwen3:8b")), other = have(answerWith("hello"));
    const Finished finished = discover({"-c", configuration(""), "--json"});
    assertCode(0, finished);
    const auto object = objectOf(finished.output);
    const auto server = object->getArray("servers")->getObject(0);
    CPPUNIT_ASSERT_EQUAL(port, server->getValue<std::string>("port"));
    CPPUNIT_ASSERT_EQUAL("Ollama"s, server->getValue<std::string>("product"));
    CPPUNIT_ASSERT_EQUAL("qwen3:8b"s, server->getArray("models")->getElement<std::string>(0));
    CPPUNIT_ASSERT(server->isNull("configured_as"));
    CPPUNIT_ASSERT_EQUAL(other, object->getArray("others")->getObject(0)->getValue<std::string>("port"));
    CPPUNIT_ASSERT_EQUAL("ollama"s, object->getObject("settings")->getValue<std::string>("route.text"));
    CPPUNIT_ASSERT(!object->getValue<bool>("written"));
}

SPEC(Discover, refuses_what_it_cannot_do) {
    const std::string file = configuration("");
    assertCode(3, discover({"-c", file, "--write"}));  // no port is named
    CPPUNIT_ASSERT_EQUAL(""s, readFile(file));
    ports = "80, x";
    const Finished finished = discover({"-c", file});
    assertCode(2, finished);
    assertSays(finished.output, "AIPROJECT_DISCOVER_PORTS: 'x' is not a port");
    ports.clear();
    const EnvironmentVariable never("AIPROJECT_DISCOVER_MS", "0");
    assertSays(runToEnd({programPath(), {"discover", "-c", file}}).output, "AIPROJECT_DISCOVER_MS: '0' is not");
    have(modelsOf("vllm", "m"));
    assertCode(1, discover({"-c", dir.file("none"), "--write"}));
    CPPUNIT_ASSERT(!std::filesystem::exists(dir.file("none")));
}

// The parts of the quick start that look for servers and engines and write the configuration, as it sources them.
SPEC(Discover, is_what_the_quick_start_asks) {
    const auto configured = [this](const std::string& known, const std::string& built = "") {
        const std::string script =
            R"(prefix=$1 sources=$2 service_group=$(id -gn); declare -A given=([quota.answer_tokens]=9)
for part in upstream settings; do . "$sources/nginx/quickstart/$part.sh"; done
mkdir -p "$prefix/bin" "$prefix/etc" "$prefix/data"; echo 1 >"$prefix/data/simulator.port"
printf '%s\n' '#!/bin/sh' "[ \$1 = models ] && printf '%s' '$4' || exec '$3' \"\$@\"" >"$prefix/bin/aiproject"
chmod +x "$prefix/bin/aiproject"
unset SPARK_APP_ID SPARK_API_KEY SPARK_API_SECRET; choose_upstream; find_server >&2; find_engines
! needs_simulator || write_simulator_file
write_aiproject_file; cat "$prefix/etc/aiproject.properties")";
        return runToEnd({"bash",
                         {"-euc", script, "bash", dir.file("site"), sourceFolder(), programPath(), built},
                         {{"AIPROJECT_DISCOVER_PORTS", known}, {"AIPROJECT_DISCOVER_MS", kMilliseconds}}});
    };
    const std::string chat = "model.spark_chat.url = wss://localhost:1/v3.5/chat\n",
                      voice = "model.spark_iat.url = wss://localhost:1/v2/iat\n",
                      picture = "model.spark_image.url = wss://localhost:1/v2.1/image\n";
    const Finished without = configured("");
    assertCode(0, without);
    for (const std::string& line : {chat, voice, picture}) assertSays(without.output, line);
    for (const std::string model : {"spark_chat", "spark_iat", "spark_image"})
        assertSays(without.output, "model." + model + ".origin = simulator: canned answers\n");
    assertSilentOf(without.output, "route.");

    // Texts from a server; for voice and pictures there is none.
    const std::string port = have(modelsOf("library", "qwen3:8b"));
    const Finished with = configured(port);
    assertCode(0, with);
    assertSays(with.output, "- found: Ollama on port " + port + "\n");
    assertSays(with.output, linesFor("ollama", port, "qwen3:8b") + "\nroute.text = ollama\n");
    assertSays(with.output, "quota.answer_tokens = 9\n");
    assertSays(with.output, voice + "model.spark_iat.app_id = ");
    assertSays(with.output, picture);
    assertSilentOf(with.output, "spark_chat");

    // Everything is here.
    const std::string all = have(answerWith(R"({"data":[{"id":"whisper-small","owned_by":"vllm"},{"id":"qwen3"}]})"));
    const Finished own = configured(all, "ocr_tesseract  reads\n  plugin x\nspeech_espeak  speaks\n");
    assertCode(0, own);
    assertSays(own.output, "route.voice = vllm_voice\n");
    assertSays(own.output, "route.picture = ocr_tesseract\nroute.speech = speech_espeak\n");
    assertSilentOf(own.output, "simulator");
}
