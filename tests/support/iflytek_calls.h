// What the tests of the three iFlytek plugins say in common.
#pragma once

#include "support/eventually.h"
#include "support/plugin_under_test.h"
#include "upstream/simulator.h"

#include <cppunit/TestAssert.h>

#include <map>
#include <string>

namespace aiproject::test {

using Written = std::map<std::string, std::string>;

// One is short: a slow machine must not meet another one first.
constexpr Timeouts kShortConnect{1'500, 20'000, 20'000, 60'000};
constexpr Timeouts kShortFirstFrame{20'000, 300, 20'000, 60'000};
constexpr Timeouts kShortIdleFrame{20'000, 20'000, 1'500, 60'000};

inline upstream::Fault faultOf(upstream::FaultKind kind, int code = 0, const std::string& text = {}) {
    upstream::Fault fault;
    fault.kind = kind;
    fault.code = code;
    fault.text = text;
    return fault;
}

inline upstream::Fault pausing(upstream::FaultKind kind, int ms) {
    upstream::Fault fault = faultOf(kind);
    fault.pause = std::chrono::milliseconds(ms);
    return fault;
}

inline Written settingsFor(const std::string& url) {
    const upstream::Options known;
    return {{"url", url}, {"app_id", known.appId}, {"api_key", known.apiKey}, {"api_secret", known.apiSecret}};
}

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline void expect(const Outcome& outcome, ModelStatus status, const std::string& explanation) {
    CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.explanation, static_cast<int>(status), static_cast<int>(outcome.status));
    CPPUNIT_ASSERT_MESSAGE(outcome.explanation + " lacks " + explanation, has(outcome.explanation, explanation));
    for (const auto& secret : {upstream::Options().apiSecret, std::string("authorization=")})
        CPPUNIT_ASSERT_MESSAGE(outcome.explanation, !has(outcome.explanation, secret));
}

// Of every call that the upstream saw: no connection stays behind.
inline void expectAllEnded(const upstream::Simulator& simulator) {
    const auto allEnded = [&] {
        for (const auto& call : simulator.calls())
            if (!call.ended) return false;
        return true;
    };
    ASSERT_EVENTUALLY(allEnded());
}

inline Outcome askWith(const upstream::Fault& fault, upstream::Simulator& simulator, PluginUnderTest& plugin,
                       const Question& question, const Timeouts& timeouts = kPatientTimeouts) {
    simulator.setFault(fault);
    Outcome outcome = plugin.ask(question, timeouts);
    expectAllEnded(simulator);
    return outcome;
}

// The client leaves as soon as `moment(call)` has come.
template <class Moment>
void expectStoppedAt(Moment&& moment, const std::string& explanation, PluginUnderTest& plugin,
                     const Question& question) {
    CallInProgress call(plugin, question);
    ASSERT_EVENTUALLY(moment(call));
    call.host.leave();
    expect(call.finished(), ModelStatus::stopped, explanation);
}

}  // namespace aiproject::test
