// Speech as clients get it through nginx: whole, or visibly not.
#include "e2e/raw_http.h"
#include "e2e/site.h"
#include "support/eventually.h"
#include "support/plugin_folder.h"
#include "support/spec.h"

#include <signal.h>

#include <fstream>
#include <string>

using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct SpeechThroughNginx : CppUnit::TestCase {
    TempDir folder;
    const std::string goOn = folder.file("go-on");  // once it is there, the model does

    // The model `m` plays that script.
    SiteOptions speaking(const std::string& script) const {
        SiteOptions options;
        options.settings = {
            {"plugins.dir", plugins.path()}, {"model.m.plugin", "scripted"}, {"model.m.script", script}};
        return options;
    }
    std::string waiting() const { return "bytes RIFF|await " + goOn + "|bytes the end"; }

    static RawClient asked(const Site& site, const std::string& uuid, const std::string& path = "/v1/audio/speech") {
        const std::string body = R"({"uuid":")" + uuid + R"(","username":"ann","model":"m","input":"Hello"})";
        RawClient client(site.nginx().port());
        client.send("POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer " + uuid +
                    "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                    "\r\n\r\n" + body);
        return client;
    }
    static void readUntil(RawClient& client, std::string& all, const std::string& text) {
        while (all.find(text) == std::string::npos) {
            const std::string piece = client.piece();
            CPPUNIT_ASSERT_MESSAGE(all, !piece.empty());
            all += piece;
        }
    }
    // To the end of the connection.
    static std::string rest(RawClient& client, std::string all = {}) {
        for (std::string piece = client.piece(); !piece.empty(); piece = client.piece()) all += piece;
        return all;
    }
    // The last chunk is there: RFC 9112, 7.1.
    static bool isWhole(const std::string& answer) {
        const std::string last = "\r\n0\r\n\r\n";
        return answer.size() > last.size() && answer.compare(answer.size() - last.size(), last.size(), last) == 0;
    }

    const PluginFolder plugins{{{"scripted", badPluginFolder()},
                                {"spark_chat", pluginFolder()},
                                {"spark_iat", pluginFolder()},
                                {"spark_image", pluginFolder()}}};
};

SPEC(SpeechThroughNginx, ends_as_a_whole_answer_does) {
    const Site site(speaking("bytes RIFF|bytes data"));
    const std::string uuid = site.newUser("ann");
    for (const std::string& path : {"/v1/audio/speech"s, "/audio/speech/"s, "/models/m/speech"s}) {
        RawClient client = asked(site, uuid, path);
        const std::string answer = rest(client);
        CPPUNIT_ASSERT_MESSAGE(answer, answer.find("HTTP/1.1 200") == 0 && isWhole(answer));
        CPPUNIT_ASSERT_MESSAGE(answer, answer.find("Content-Type: audio/wav\r\n") != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(answer, answer.find("data") != std::string::npos);
    }
}

SPEC(SpeechThroughNginx, breaks_where_the_model_fails_after_its_first_byte) {
    const Site site(speaking("bytes RIFF|status failed"));
    const std::string uuid = site.newUser("ann");
    for (const std::string& path : {"/v1/audio/speech"s, "/models/m/speech"s}) {
        RawClient client = asked(site, uuid, path);
        const std::string answer = rest(client);
        CPPUNIT_ASSERT_MESSAGE(answer, answer.find("HTTP/1.1 200") == 0 && !isWhole(answer));
    }
}

SPEC(SpeechThroughNginx, comes_as_it_is_made_and_to_its_end_while_the_service_stops) {
    Site site(speaking(waiting()));
    RawClient client = asked(site, site.newUser("ann"));
    std::string answer;
    readUntil(client, answer, "RIFF");
    site.manager().signal(SIGTERM);
    std::ofstream(goOn) << "now";
    answer = rest(client, answer);
    CPPUNIT_ASSERT_MESSAGE(answer, answer.find("the end") != std::string::npos && isWhole(answer));
}

SPEC(SpeechThroughNginx, is_ended_when_its_client_leaves) {
    const Site site(speaking(waiting()));
    const std::string uuid = site.newUser("ann");
    {
        RawClient client = asked(site, uuid);
        std::string answer;
        readUntil(client, answer, "RIFF");
    }
    ASSERT_EVENTUALLY(site.log().find("code=CLIENT_LEFT") != std::string::npos);
}

}  // namespace
