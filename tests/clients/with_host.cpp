// nginx and workers satisfy the clients, whatever the models' upstreams speak.
#include "clients/clients.h"
#include "e2e/site.h"
#include "integration/administer.h"
#include "support/eventually.h"
#include "support/model_settings.h"
#include "support/spec.h"
#include "upstream/simulator.h"

#include <Poco/String.h>

#include <algorithm>
#include <filesystem>
#include <optional>

using namespace aiproject::test;
using namespace std::string_literals;
using aiproject::upstream::Call;
using aiproject::upstream::FaultKind;
using aiproject::upstream::Simulator;

namespace {

struct ClientsOfTheHost : CppUnit::TestCase {
    Simulator simulator;  // of OpenAI's models; the site has its own, of iFlytek's
    std::optional<Site> site;

    // False: there are no clients.
    bool opens(const Settings& more = {}) {
        if (!clientsAreInstalled()) return false;
        SiteOptions options;
        options.settings = openAiModels(simulator);
        for (const auto& [key, value] : more) options.settings[key] = value;
        site.emplace(options);
        token = site->newUser("alice");
        return true;
    }

    void run(const std::string& scene, const std::map<std::string, std::string>& others = {},
             const std::string& argument = "") const {
        ClientTarget target{"http://127.0.0.1:" + std::to_string(site->nginx().port()) + "/v1", token, others};
        for (const auto* name : {"chat", "plain", "reasoner", "vision", "embedding", "voice"})
            target.models.emplace(name, name);
        target.models.emplace("streams", target.models["voice"]);
        runScene(target, scene, argument);
    }

    std::string token;
};

}  // namespace

SPEC(ClientsOfTheHost, get_whole_answers_of_an_upstream_that_speaks_as_they_do) {
    if (!opens()) return;
    for (const auto* scene : {"chat", "abilities", "speech", "vectors"}) run(scene);
    for (const auto& call : simulator.calls()) CPPUNIT_ASSERT_EQUAL(""s, call.violation);
}

SPEC(ClientsOfTheHost, get_whole_answers_of_an_upstream_that_speaks_as_spark_does) {
    if (!opens()) return;
    run("chat", {{"chat", "spark_chat"}});
    run("speech", {{"voice", "whisper-1"}});  // an alias of route.voice
    for (const auto& call : site->upstream().calls()) CPPUNIT_ASSERT_EQUAL(""s, call.violation);
    CPPUNIT_ASSERT(simulator.calls().empty());
}

SPEC(ClientsOfTheHost, hear_speech_where_the_plugin_for_it_is_built) {
    if (!std::filesystem::exists(pluginFolder() + "/speech_espeak.so") || !opens({{"route.speech", "speech_espeak"}}))
        return;
    for (const auto* model : {"speech_espeak", "tts-1"}) run("spoken", {{"speaker", model}});
}

SPEC(ClientsOfTheHost, are_refused_in_their_own_words_before_any_upstream_is_asked) {
    if (!opens()) return;
    run("refused");
    CPPUNIT_ASSERT(simulator.calls().empty());
}

SPEC(ClientsOfTheHost, notice_a_broken_stream_however_the_upstream_ended_it) {
    if (!opens()) return;
    for (const auto kind : {FaultKind::errorMidAnswer, FaultKind::dropMidAnswer, FaultKind::closeMidAnswer}) {
        simulator.setFault({kind, 0, "", {}});
        run("broken");
    }
    site->upstream().setFault({FaultKind::dropMidAnswer, 0, "", {}});
    run("broken", {{"chat", "spark_chat"}});
}

SPEC(ClientsOfTheHost, come_again_when_an_upstream_is_busy) {
    if (!opens()) return;
    for (const auto* client : {"openai", "ai", "langchain"}) {
        simulator.setFault({FaultKind::httpStatus, 503, "", {}, 2});
        run("busy", {}, client);
    }
}

SPEC(ClientsOfTheHost, end_the_upstream_s_answer_when_they_leave) {
    if (!opens()) return;
    simulator.setFault({FaultKind::hangMidAnswer, 0, "", {}});
    run("leave");
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), simulator.calls().size());
    ASSERT_EVENTUALLY([&] {
        const auto calls = simulator.calls();
        return std::all_of(calls.begin(), calls.end(), [](const Call& call) { return call.ended && !call.answered; });
    }());
}

SPEC(ClientsOfTheHost, do_not_come_again_when_their_quota_is_spent) {
    if (!opens()) return;
    const Finished granted = administer(site->configFile(), {"user", "grant", "alice", "--tokens", "=0"});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(granted.output, 0, granted.code);
    run("spent");
    CPPUNIT_ASSERT(simulator.calls().empty());
}

SPEC(ClientsOfTheHost, are_told_when_to_come_again_after_too_many_calls) {
    if (!opens({{"limit.user_calls_per_minute", "1"}})) return;
    run("limited");
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), simulator.calls().size());
}

SPEC(ClientsOfTheHost, may_do_with_a_key_what_the_key_may_until_it_is_revoked) {
    if (!opens()) return;
    const Finished added =
        administer(site->configFile(), {"key", "add", "alice", "--name", "laptop", "--models", "chat"});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(added.output, 0, added.code);
    token = Poco::trim(added.output);
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), token.find("sk-"));
    run("key", {}, "limited");
    const Finished revoked = administer(site->configFile(), {"key", "revoke", token});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(revoked.output, 0, revoked.code);
    run("key", {}, "revoked");
}
