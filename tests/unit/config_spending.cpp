// Whom a configuration lets spend without a limit.
#include "config/spending.h"

#include "support/spec.h"
#include "unit/expect.h"

#include <cppunit/TestCase.h>

using namespace aiproject;
using namespace aiproject::test;

namespace {

struct Spending : CppUnit::TestCase {
    Config config;

    std::string warnings() const {
        std::string all;
        for (const std::string& text : warnOfSpending(config)) all += text + "\n";
        return all;
    }
    void limitNewAccounts() { config.auth.newTokens = config.auth.newPicTimes = config.auth.newVoiceSeconds = 0; }
};

SPEC(Spending, without_a_limit_is_warned_of_in_the_defaults) {
    assertSays(warnings(), "auth.registration = open");
    assertSays(warnings(), "auth.new_tokens, auth.new_pic_times, auth.new_voice_seconds");
    assertSays(warnings(), "route.voice_access = anyone: strangers");
}

SPEC(Spending, of_voice_is_voluntary_while_anyone_may_call) {
    config.auth.newVoiceSeconds = 60;
    assertSays(warnings(), "the quota of voice seconds is voluntary");
    config.auth.newVoiceSeconds = -1;
    config.quota.refill = Refill::month;
    config.quota.refillVoiceSeconds = 60;
    assertSays(warnings(), "the quota of voice seconds is voluntary");
    config.routes.voiceAccess = VoiceAccess::user;
    CPPUNIT_ASSERT(warnings().find("voice_access") == std::string::npos);
}

SPEC(Spending, of_those_whom_the_operator_lets_in_is_not_warned_of) {
    config.routes.voiceAccess = VoiceAccess::user;
    for (const RegistrationMode mode : {RegistrationMode::closed, RegistrationMode::invitation}) {
        config.auth.registration = mode;
        CPPUNIT_ASSERT_EQUAL(std::string(), warnings());
    }
    config.auth.registration = RegistrationMode::open;
    limitNewAccounts();
    CPPUNIT_ASSERT_EQUAL(std::string(), warnings());
}

SPEC(Spending, that_money_limits_is_not_warned_of) {
    config.auth.newMoney = 1'000;
    config.routes.voice.clear();
    assertSays(warnings(), "(auth.new_tokens, auth.new_pic_times = -1)");
    config.models["spark_chat"].price.completion = 1;
    assertSays(warnings(), "(auth.new_pic_times = -1)");
    config.models["spark_image"].price.prompt = 1;  // which a picture does not cost
    assertSays(warnings(), "auth.new_pic_times");
    config.models["spark_image"].price.picture = 1;
    CPPUNIT_ASSERT_EQUAL(std::string(), warnings());
    config.routes.text.emplace_back("free");
    assertSays(warnings(), "auth.new_tokens");
    config.auth.newMoney = -1;
    assertSays(warnings(), "auth.new_tokens, auth.new_pic_times");
}

SPEC(Spending, of_what_no_route_leads_to_is_not_warned_of) {
    limitNewAccounts();
    config.auth.newPicTimes = -1;
    config.routes.voice.clear();
    config.routes.picture.clear();
    CPPUNIT_ASSERT_EQUAL(std::string(), warnings());
}

}  // namespace
