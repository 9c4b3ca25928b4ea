// Later connections to an upstream go on with the TLS session of the first, and look at its certificate as
// strictly.
#include "support/iflytek_calls.h"
#include "support/restart.h"
#include "support/spec.h"
#include "support/temp_dir.h"

#include <list>
#include <memory>

using namespace aiproject;
using namespace aiproject::test;

namespace {

Question shortQuestion() { return Question::text("hi"); }

struct TlsResumption : CppUnit::TestCase {
    TempDir dir;

    upstream::Options options(const std::string& certificateName = "localhost") const {
        upstream::Options options;
        options.transport = upstream::Transport::tls;
        options.caDirectory = dir.path();
        options.certificateName = certificateName;
        return options;
    }
    static Written trusting(const upstream::Simulator& simulator) {
        Written written = settingsFor(simulator.url("/v3.5/chat"));
        written["tls.ca_file"] = simulator.caFile();
        return written;
    }
};

}  // namespace

SPEC(TlsResumption, spares_all_but_the_first_connection_of_a_model_the_certificates) {
    const upstream::Simulator simulator(options());
    PluginUnderTest plugin("spark_chat", trusting(simulator));
    for (int i = 0; i < 4; ++i) expect(plugin.ask(shortQuestion()), ModelStatus::ok, "");
    const auto calls = simulator.calls();
    CPPUNIT_ASSERT(!calls.at(0).resumedTls);
    for (std::size_t i = 1; i < calls.size(); ++i) CPPUNIT_ASSERT(calls[i].resumedTls);

    PluginUnderTest another("spark_chat", trusting(simulator));
    expect(another.ask(shortQuestion()), ModelStatus::ok, "");
    CPPUNIT_ASSERT(!simulator.calls().back().resumedTls);
}

SPEC(TlsResumption, serves_many_calls_at_once) {
    const upstream::Simulator simulator(options());
    PluginUnderTest plugin("spark_chat", trusting(simulator));
    expect(plugin.ask(shortQuestion()), ModelStatus::ok, "");
    std::list<CallInProgress> calls;
    for (int i = 0; i < 50; ++i) calls.emplace_back(plugin, shortQuestion());
    for (auto& call : calls) expect(call.finished(), ModelStatus::ok, "");
    for (std::size_t i = 1; i < 51; ++i) CPPUNIT_ASSERT(simulator.calls().at(i).resumedTls);
}

SPEC(TlsResumption, goes_on_after_a_call_that_broke) {
    upstream::Simulator simulator(options());
    PluginUnderTest plugin("spark_chat", trusting(simulator));
    expect(askWith(faultOf(upstream::FaultKind::dropMidAnswer), simulator, plugin, shortQuestion()),
           ModelStatus::unavailable, "");
    for (int i = 0; i < 2; ++i) expect(askWith({}, simulator, plugin, shortQuestion()), ModelStatus::ok, "");
    CPPUNIT_ASSERT(simulator.calls().back().resumedTls);
}

SPEC(TlsResumption, begins_anew_with_an_upstream_that_has_forgotten) {
    upstream::Options known = options();
    auto simulator = std::make_unique<upstream::Simulator>(known);
    known.port = simulator->port();
    PluginUnderTest plugin("spark_chat", trusting(*simulator));
    expect(plugin.ask(shortQuestion()), ModelStatus::ok, "");
    restart(simulator, known);
    for (int i = 0; i < 2; ++i) expect(plugin.ask(shortQuestion()), ModelStatus::ok, "");
    CPPUNIT_ASSERT(!simulator->calls().at(0).resumedTls);
    CPPUNIT_ASSERT(simulator->calls().at(1).resumedTls);
}

SPEC(TlsResumption, never_passes_over_a_certificate_of_another_host) {
    const upstream::Simulator simulator(options("other.example"));
    PluginUnderTest plugin("spark_chat", trusting(simulator));
    for (int i = 0; i < 3; ++i)
        expect(plugin.ask(shortQuestion()), ModelStatus::misconfigured, "for another host name");
    CPPUNIT_ASSERT(simulator.calls().empty());
}
