// What a port says to GET /v1/models, and lines added to a configuration file.
#include "commands/models_answer.h"
#include "commands/written_config.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/expect.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

const std::string kList =
    R"({"object":"list","data":[{"id":"nomic-embed-text","owned_by":"library"},{"id":"qwen3:8b","owned_by":"library"}]})";

std::string http(const std::string& body, const std::string& headers = {}, const std::string& status = "200 OK") {
    return "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
std::string listOf(const std::string& data) { return R"({"object":"list","data":[)" + data + "]}"; }

ReadAnswer readAt(std::uint16_t port, const std::string& bytes) { return readModelsAnswer({port, true, true, bytes}); }

struct ModelsAnswer : CppUnit::TestCase {
    static void assertIs(const std::string& product, const std::string& dialect, const std::string& name,
                         const ReadAnswer& read) {
        CPPUNIT_ASSERT_EQUAL(""s, read.reason);
        CPPUNIT_ASSERT_EQUAL(product, read.server.product);
        CPPUNIT_ASSERT_EQUAL(dialect, read.server.dialect);
        CPPUNIT_ASSERT_EQUAL(name, read.server.name);
    }
    static void assertRefused(const std::string& part, const std::string& bytes) {
        const std::string reason = readAt(8080, bytes).reason;
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is not in '" + reason + "' about " + bytes, says(reason, part));
    }
};

struct ConfigAddition : CppUnit::TestCase {
    TempDir dir;

    std::string added(const std::string& text, const ConfigLines& lines) const {
        const std::string file = dir.write("c", text);
        WrittenConfig(file).add("why", lines);
        return readFile(file);
    }
};

}  // namespace

SPEC(ModelsAnswer, takes_the_first_model_that_seems_to_write) {
    const ReadAnswer read = readAt(11434, http(kList));
    assertIs("Ollama", "ollama", "ollama", read);
    CPPUNIT_ASSERT_EQUAL("qwen3:8b"s, read.server.model);
    CPPUNIT_ASSERT((read.server.models == std::vector<std::string>{"nomic-embed-text", "qwen3:8b"}));
    CPPUNIT_ASSERT_EQUAL("http://127.0.0.1:11434/v1"s, read.server.url());
}

SPEC(ModelsAnswer, takes_the_first_model_that_seems_to_transcribe) {
    const ReadAnswer both = readAt(
        8000,
        http(listOf(R"({"id":"bge-m3"},{"id":"Systran/faster-Whisper-small"},{"id":"qwen3"},{"id":"whisper-1"})")));
    assertIs("", "vllm", "vllm", both);
    CPPUNIT_ASSERT_EQUAL("qwen3"s, both.server.model);
    CPPUNIT_ASSERT_EQUAL("Systran/faster-Whisper-small"s, both.server.voice);
    const ReadAnswer alone = readAt(8000, http(listOf(R"({"id":"gpt-4o-transcribe"},{"id":"tts-1"})")));
    assertIs("", "vllm", "vllm", alone);
    CPPUNIT_ASSERT_EQUAL(""s, alone.server.model);
    CPPUNIT_ASSERT_EQUAL("gpt-4o-transcribe"s, alone.server.voice);
    CPPUNIT_ASSERT_EQUAL(""s, readAt(8000, http(kList)).server.voice);
}

SPEC(ModelsAnswer, believes_the_answer_before_the_port) {
    const auto owned = [](const std::string& by) { return http(listOf(R"({"id":"m","owned_by":")" + by + "\"}")); };
    assertIs("vLLM", "vllm", "vllm", readAt(11434, owned("vllm")));
    assertIs("llama.cpp", "llamacpp", "llamacpp", readAt(8000, owned("llamacpp")));
    assertIs("LM Studio", "llamacpp", "lmstudio", readAt(8080, owned("organization_owner")));
    assertIs("Ollama", "ollama", "ollama", readAt(1234, owned("library")));
    assertIs("llama.cpp", "llamacpp", "llamacpp", readAt(9, http(listOf(R"({"id":"m"})"), "Server: llama.cpp\r\n")));
}

SPEC(ModelsAnswer, goes_by_the_port_where_the_answer_says_nothing) {
    const std::string bytes = http(listOf(R"({"id":"m"})"));
    assertIs("", "ollama", "ollama", readAt(11434, bytes));
    assertIs("", "llamacpp", "llamacpp", readAt(8080, bytes));
    assertIs("", "vllm", "vllm", readAt(8000, bytes));
    assertIs("", "llamacpp", "lmstudio", readAt(1234, bytes));
    assertIs("", "llamacpp", "local_9000", readAt(9000, bytes));
}

SPEC(ModelsAnswer, is_never_another_aiproject) {
    assertRefused("is an aiproject", http(listOf(R"({"id":"a","owned_by":"x"},{"id":"b","owned_by":"aiproject"})")));
    assertRefused("wants a key (HTTP 401)", http(R"({"error":{"code":"invalid_api_key"}})", "", "401 Unauthorized"));
}

SPEC(ModelsAnswer, says_why_a_port_is_no_server) {
    assertRefused("says nothing", "");
    assertRefused("no list of models", http("<html><body>hello</body></html>"));
    assertRefused("no list of models", http("[]"));
    assertRefused("no list of models", http(R"({"data":"x"})"));
    assertRefused("no list of models", http(listOf("1")));
    assertRefused("no list of models (HTTP 404)", http("", "", "404 Not Found"));
    assertRefused("leads elsewhere, which is not followed (HTTP 302)", http("", "Location: /x\r\n", "302 Found"));
    assertRefused("has no model yet", http(listOf("")));
    assertRefused("no model that writes text", http(listOf(R"({"id":"bge-m3"},{"name":"no id"},{"id":5})")));
    for (const char* garbage : {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "\x01\x02\x03\r\n\r\n", "\r\n\r\n"})
        assertRefused("does not speak HTTP", garbage);
}

SPEC(ModelsAnswer, is_taken_whole_or_not_at_all) {
    const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"dat\r\n" + "13"s +
                                "\r\na\":[{\"id\":\"qwen\"}]}\r\n0\r\n\r\n";
    for (const std::string& bytes : {http(kList), chunked}) {
        CPPUNIT_ASSERT(readAt(8000, bytes).reason.empty() && isWhole({8000, true, false, bytes}));
        // The line break behind the last chunk says nothing more.
        const std::size_t end = bytes.size() - (bytes == chunked ? 2 : 0);
        for (std::size_t cut = 0; cut < end; ++cut) {
            CPPUNIT_ASSERT_MESSAGE(bytes.substr(0, cut), !readAt(8000, bytes.substr(0, cut)).reason.empty());
            CPPUNIT_ASSERT(!isWhole({8000, true, false, bytes.substr(0, cut)}));
        }
    }
    const std::string open = "HTTP/1.0 200 OK\r\n\r\n" + listOf(R"({"id":"m"})");
    CPPUNIT_ASSERT_EQUAL(""s, readAt(8000, open).reason);
    CPPUNIT_ASSERT(!readModelsAnswer({8000, true, false, open}).reason.empty());  // its end is not known
}

SPEC(ModelsAnswer, keeps_no_name_that_a_line_cannot_hold) {
    const ReadAnswer read = readAt(
        8080, http(listOf(R"({"id":"a\nroute.text = x"},{"id":"${system.env.KEY}"},{"id":" b"},{"id":"c\u001b[2J"},)"
                          R"({"id":""},{"id":"C:\\models\\good.gguf"},{"id":"C:\\models\\good.gguf"})")));
    CPPUNIT_ASSERT_EQUAL(""s, read.reason);
    CPPUNIT_ASSERT((read.server.models == std::vector<std::string>{"C:\\models\\good.gguf"}));
}

SPEC(ConfigAddition, leaves_what_is_there_as_it_is) {
    const ConfigLines lines{{"model.x.model", "C:\\m"}};
    const std::string tail = "\n# why\nmodel.x.model = C:\\\\m\n";
    for (const char* text : {"", "a = 1\n", "# no key\r\n\r\n a:1 \r\n", "a = \xff\n"})
        CPPUNIT_ASSERT_EQUAL(text + tail, added(text, lines));
    CPPUNIT_ASSERT_EQUAL("a = 1\n" + tail, added("a = 1", lines));
    CPPUNIT_ASSERT_EQUAL("a = goes on \\\n" + tail, added("a = goes on \\", lines));
    CPPUNIT_ASSERT_EQUAL("C:\\m"s, WrittenConfig(dir.file("c")).valueOf("model.x.model"));
    CPPUNIT_ASSERT_EQUAL("goes on"s, WrittenConfig(dir.file("c")).valueOf("a"));
}

SPEC(ConfigAddition, keeps_mode_owner_and_links_and_leaves_no_draft) {
    const std::string file = dir.write("real", "a = 1\n");
    std::filesystem::create_symlink("real", dir.file("link"));
    const uid_t owner = geteuid() == 0 ? 12'345 : geteuid();  // only root can give a file away
    CPPUNIT_ASSERT_EQUAL(0, chown(file.c_str(), owner, geteuid() == 0 ? 12'346 : gid_t(-1)));
    CPPUNIT_ASSERT_EQUAL(0, chmod(file.c_str(), 0640));
    struct stat before {};
    CPPUNIT_ASSERT_EQUAL(0, stat(file.c_str(), &before));
    WrittenConfig(dir.file("link")).add("why", {{"b", "2"}});
    struct stat status {};
    CPPUNIT_ASSERT_EQUAL(0, stat(file.c_str(), &status));
    CPPUNIT_ASSERT_EQUAL(mode_t(0640), mode_t(status.st_mode & 07777));
    CPPUNIT_ASSERT_EQUAL(owner, status.st_uid);
    CPPUNIT_ASSERT_EQUAL(before.st_gid, status.st_gid);
    CPPUNIT_ASSERT(std::filesystem::is_symlink(dir.file("link")));
    CPPUNIT_ASSERT(WrittenConfig(file).has("b"));
    const auto entries = std::filesystem::directory_iterator(dir.path());
    CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t(2), std::distance(begin(entries), end(entries)));
}

SPEC(ConfigAddition, knows_the_models_that_are_there) {
    const std::string file =
        dir.write("c", "model.b.plugin = openai\nmodel.a.url = ${system.env.NOT_SET}\nroute.text =\n");
    const WrittenConfig config(file);
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), config.models().size());
    CPPUNIT_ASSERT_EQUAL("${system.env.NOT_SET}"s, config.valueOf("model.a.url"));
    CPPUNIT_ASSERT(config.has("route.text") && !config.has("route.voice"));
}

SPEC(ConfigAddition, says_which_file_cannot_be_read_or_written) {
    const auto reason = [](const auto& act) {
        try {
            act();
        } catch (const std::runtime_error& e) {
            return std::string(e.what());
        }
        return "nothing was wrong"s;
    };
    CPPUNIT_ASSERT_EQUAL(dir.file("none") + ": cannot be read: No such file or directory",
                         reason([&] { WrittenConfig(dir.file("none")); }));
    CPPUNIT_ASSERT_EQUAL(dir.path().string() + ": is not a regular file",
                         reason([&] { WrittenConfig(dir.path().string()); }));
    CPPUNIT_ASSERT(says(reason([] { WrittenConfig("/dev/null").add("why", {{"a", "b"}}); }), "nothing was changed"));
}
