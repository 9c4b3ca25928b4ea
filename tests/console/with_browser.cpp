// The console as people use it: Chromium, nginx, workers.
#include "console/console.h"
#include "integration/administer.h"
#include "support/eventually.h"
#include "support/model_settings.h"
#include "support/spec.h"

#include <algorithm>
#include <optional>

using namespace aiproject::test;
using namespace std::string_literals;
using aiproject::upstream::Call;
using aiproject::upstream::FaultKind;
using aiproject::upstream::Simulator;

namespace {

const std::string kPassphrase = "a good password";  // of Site::newUser()

struct Console : CppUnit::TestCase {
    Simulator simulator;  // of OpenAI's models; the site has its own, of iFlytek's
    std::optional<Site> site;

    // False: there is no browser.
    bool opens() {
        if (!browserIsInstalled()) return false;
        SiteOptions options;
        options.settings = openAiModels(simulator);
        site.emplace(options);
        for (const char* name : {"alice", "root", "<b>bob</b>"}) site->newUser(name);
        assertCode(0, administer(site->configFile(), {"user", "grant", "root", "--admin"}));
        return true;
    }

    void run(const std::string& scene) const {
        const std::string url = "http://127.0.0.1:" + std::to_string(site->nginx().port());
        runScene(scene, {url, {"root", kPassphrase}, {"alice", kPassphrase}});
    }
};

}  // namespace

SPEC(Console, lets_people_in_and_out_and_in_again) {
    if (opens()) run("sign_in");
}

SPEC(Console, asks_models_of_every_kind_and_shows_the_lines_for_it) {
    if (!opens()) return;
    run("playground");
    for (const Call& call : simulator.calls()) CPPUNIT_ASSERT_EQUAL(""s, call.violation);
    for (const Call& call : site->upstream().calls()) CPPUNIT_ASSERT_EQUAL(""s, call.violation);
}

SPEC(Console, ends_the_upstream_s_answer_by_its_stop_button) {
    if (!opens()) return;
    simulator.setFault({FaultKind::hangMidAnswer, 0, "", {}});
    run("stop");
    ASSERT_EVENTUALLY([&] {
        const auto calls = simulator.calls();
        return calls.size() == 1 && calls.front().ended && !calls.front().answered;
    }());
}

SPEC(Console, says_that_a_stream_is_broken) {
    if (!opens()) return;
    simulator.setFault({FaultKind::dropMidAnswer, 0, "", {}, 1});
    run("broken");
}

SPEC(Console, makes_keys_and_shows_what_they_cost) {
    if (opens()) run("keys");
}

SPEC(Console, has_screens_for_administrators) {
    if (opens()) run("admin");
}

SPEC(Console, keeps_in_sight_what_comes_and_the_keyboard_where_it_is) {
    if (opens()) run("follow");
}

SPEC(Console, shows_nothing_of_them_to_others) {
    if (opens()) run("rights");
}

SPEC(Console, takes_names_and_answers_for_text_and_is_in_no_frame) {
    if (opens()) run("hostile");
}

SPEC(Console, works_by_keyboard_narrow_in_chinese_dark_and_after_a_lost_connection) {
    if (opens()) run("ways");
}

SPEC(Console, resamples_what_it_hears_and_writes_lines_that_run) {
    if (browserIsInstalled()) runScene("modules", {});
}
