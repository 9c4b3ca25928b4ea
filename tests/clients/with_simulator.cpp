// The simulator satisfies the clients: what they then find wrong with the host is the host's fault.
#include "clients/clients.h"
#include "support/eventually.h"
#include "support/spec.h"
#include "upstream/simulator.h"

#include <algorithm>

using namespace aiproject::test;
using namespace aiproject::upstream;
using namespace std::string_literals;

namespace {

struct ClientsOfTheSimulator : CppUnit::TestCase {
    const bool installed = clientsAreInstalled();
    Simulator simulator;

    void run(const std::string& scene, const std::string& argument = "") const {
        const Options options;
        runScene({simulator.openAiUrl(),
                  options.openAiKey,
                  {{"chat", "sim-chat"},
                   {"plain", "sim-plain"},
                   {"reasoner", "sim-reasoner"},
                   {"vision", "sim-vision"},
                   {"embedding", "sim-embedding"},
                   {"voice", "whisper-1"},
                   {"streams", "sim-transcribe"}}},
                 scene, argument);
    }
    void breakWith(FaultKind kind, int code = 0) { simulator.setFault({kind, code, "", {}}); }
};

}  // namespace

SPEC(ClientsOfTheSimulator, get_whole_answers) {
    if (!installed) return;
    for (const auto* scene : {"chat", "abilities", "speech", "vectors"}) run(scene);
    for (const auto& call : simulator.calls()) CPPUNIT_ASSERT_EQUAL(""s, call.violation);
}

SPEC(ClientsOfTheSimulator, are_refused_in_their_own_words_and_ask_once) {
    if (!installed) return;
    run("refused");
    for (const auto& call : simulator.calls())
        CPPUNIT_ASSERT_MESSAGE(call.head, call.head.find("x-stainless-retry-count: 1") == std::string::npos);
}

SPEC(ClientsOfTheSimulator, notice_a_broken_stream) {
    if (!installed) return;
    for (const auto kind : {FaultKind::errorMidAnswer, FaultKind::dropMidAnswer}) {
        breakWith(kind);
        run("broken");
    }
}

SPEC(ClientsOfTheSimulator, come_again_when_it_is_busy) {
    if (!installed) return;
    for (const auto* client : {"openai", "ai", "langchain"}) {
        const auto before = simulator.calls().size();
        simulator.setFault({FaultKind::httpStatus, 503, "", {}, 2, "retry-after-ms: 20"});
        run("busy", client);
        CPPUNIT_ASSERT_EQUAL(before + 3, simulator.calls().size());
    }
}

SPEC(ClientsOfTheSimulator, may_leave_in_mid_stream) {
    if (!installed) return;
    breakWith(FaultKind::hangMidAnswer);
    run("leave");
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), simulator.calls().size());
    ASSERT_EVENTUALLY([&] {
        const auto calls = simulator.calls();
        return std::all_of(calls.begin(), calls.end(), [](const Call& call) { return call.ended && !call.answered; });
    }());
}
