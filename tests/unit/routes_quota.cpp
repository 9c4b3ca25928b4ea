// What a user has left: held before a call, taken after it.
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"
#include "unit/site.h"

#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct Quota : CppUnit::TestCase {
    Site site{[](Config& config) {
        config.models["priced"] = playing("delta Hi|usage 43");
        config.models["breaks"] = playing("delta Hi|usage 43|status unavailable");
        config.models["fails"] = playing("usage 43|status unavailable");
        config.models["summed"] =
            playing(R"(frame {"header":{"code":0,"status":2},"payload":{"choices":{"status":2,"text":[]},)"
                    R"("usage":{"text":{"prompt_tokens":4,"completion_tokens":9}}}})");
        config.models["ended"] =
            playing(R"(past {"header":{"code":0,"status":2},"payload":{"choices":{"status":2,"text":[]},)"
                    R"("usage":{"text":{"total_tokens":43}}}}|status unavailable)");
        config.routes.text = {"priced"};
    }};

    void give(int tokens, int pictures) {
        site.sql("UPDATE users SET tokens = " + std::to_string(tokens) + ", pic_times = " + std::to_string(pictures));
    }
    ScriptedExchange ask(const std::string& path) const { return site.post(path, questionOf(site.ann, "Hello")); }
    ScriptedExchange show() const { return site.post("/PictureToTextModel/chat", kJpeg, site.ann); }
    void assertLeft(std::int64_t tokens, std::int64_t pictures) {
        CPPUNIT_ASSERT_EQUAL(tokens, site.user(site.ann).tokens);
        CPPUNIT_ASSERT_EQUAL(pictures, site.user(site.ann).picTimes);
    }
};

SPEC(Quota, of_tokens_pays_for_text) {
    give(100, 5);
    assertSucceeded(ask("/textModel/chat"));
    assertLeft(57, 5);
    ask("/textModel/stream");
    assertLeft(14, 5);
    ask("/models/priced/stream");
    assertLeft(0, 5);
}

SPEC(Quota, pays_for_a_whole_answer_after_which_the_plugin_fails) {
    give(100, 5);
    const auto answer = ask("/models/ended/stream");
    assertSays(answer.text(), R"("total_tokens":43)");
    assertLeft(57, 5);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), site.number("SELECT COUNT(*) FROM ledger WHERE outcome = 'complete'"));
}

SPEC(Quota, of_pictures_pays_for_pictures) {
    give(100, 2);
    assertSucceeded(show());
    assertSucceeded(show());
    assertLeft(100, 0);
    assertRefused(show(), "PIC_TIMES_NOT_ENOUGH");
}

SPEC(Quota, that_is_spent_refuses_its_own_kind_only) {
    give(0, 1);
    assertRefused(ask("/textModel/chat"), "TOKEN_NOT_ENOUGH");
    assertRefused(ask("/textModel/stream"), "TOKEN_NOT_ENOUGH");
    assertSucceeded(show());
    give(1, 0);
    assertRefused(show(), "PIC_TIMES_NOT_ENOUGH");
    assertSucceeded(ask("/textModel/chat"));
}

SPEC(Quota, holds_for_models_by_name) {
    give(0, 0);
    const ScriptedExchange words = ask("/models/priced/chat");
    CPPUNIT_ASSERT_EQUAL(402, words.head->status);
    CPPUNIT_ASSERT_EQUAL("TOKEN_NOT_ENOUGH"s, words.json()->getValue<std::string>("code"));
    const ScriptedExchange picture = site.post("/models/echo/chat", kJpeg, site.ann);
    CPPUNIT_ASSERT_EQUAL("PIC_TIMES_NOT_ENOUGH"s, picture.json()->getValue<std::string>("code"));
}

SPEC(Quota, may_be_without_end) {
    give(-1, -1);
    assertSucceeded(ask("/textModel/chat"));
    assertSucceeded(show());
    assertLeft(-1, -1);
}

SPEC(Quota, pays_nothing_for_an_answer_that_never_came) {
    give(100, 5);
    ask("/models/fails/chat");
    ask("/models/fails/stream");
    assertLeft(100, 5);
}

SPEC(Quota, is_the_users_own) {
    const SignIn ben = site.registered("ben");
    give(100, 5);
    ask("/textModel/chat");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(100), site.user(ben).tokens);
    assertLeft(57, 5);
}

SPEC(Quota, that_cannot_be_written_does_not_undo_the_answer_and_is_paid_later) {
    give(100, 5);
    site.sql("CREATE TRIGGER broken BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no'); END");
    assertSucceeded(ask("/textModel/chat"));
    assertSays(site.log(), "bill waits id=request-1");
    assertLeft(100, 5);
    site.sql("DROP TRIGGER broken");
    site.billing().retry();
    site.billing().retry();
    assertLeft(57, 5);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), site.number("SELECT COUNT(*) FROM ledger"));
}

SPEC(Quota, of_voice_seconds_pays_for_voice_as_a_whole) {
    site.sql("UPDATE users SET voice_seconds = 3");
    const std::string twoSeconds(16'000 * 2 + 2, '\1');  // a sample more than one second
    CPPUNIT_ASSERT_EQUAL(200, site.post("/models/echo/chat", twoSeconds, site.ann).head->status);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), site.number("SELECT voice_seconds FROM users"));
    const ScriptedExchange refused = site.post("/models/echo/chat", twoSeconds, site.ann);
    CPPUNIT_ASSERT_EQUAL("VOICE_SECONDS_NOT_ENOUGH"s, refused.json()->getValue<std::string>("code"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), site.number("SELECT voice_seconds FROM users"));
}

SPEC(Quota, of_voice_counts_on_the_documented_path_for_who_says_who_speaks) {
    site.sql("UPDATE users SET voice_seconds = 1");
    const std::string second(32'000, '\1');
    assertSucceeded(site.post("/voiceModel/chat", second, site.ann));
    const ScriptedExchange refused = site.post("/voiceModel/chat", second, site.ann);
    CPPUNIT_ASSERT_EQUAL("VOICE_SECONDS_NOT_ENOUGH"s, refused.json()->getValue<std::string>("code"));
}

SPEC(Quota, of_voice_is_not_for_those_without_an_account) {
    assertSucceeded(site.post("/voiceModel/chat", std::string(32'000, '\1')));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), site.number("SELECT COUNT(*) FROM ledger WHERE user_id = 0 AND kind = 'voice'"
                                                      " AND voice_seconds = 1 AND charged_voice_seconds = 0"
                                                      " AND outcome = 'complete' AND model = 'echo'"));
}

SPEC(Quota, holds_nothing_after_any_ending) {
    give(100, 5);
    for (const char* path : {"/textModel/chat", "/models/breaks/stream", "/models/fails/chat", "/models/none/chat"})
        ask(path);
    show();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), site.number("SELECT COUNT(*) FROM reservations"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), site.number("SELECT SUM(tokens_held + pic_times_held) FROM users"));
}

SPEC(Quota, is_lowered_by_what_the_ledger_says_was_charged) {
    give(50, 1);
    for (int i = 0; i < 3; ++i) ask("/textModel/stream");
    ask("/models/breaks/stream");
    show();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(50), site.number("SELECT SUM(charged_tokens) FROM ledger"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(86), site.number("SELECT SUM(tokens) FROM ledger"));
    assertLeft(0, 0);
}

SPEC(Quota, has_a_row_for_each_call_that_reached_a_model) {
    ask("/textModel/chat");
    ask("/models/breaks/stream");
    ask("/models/breaks/chat");
    ask("/models/fails/chat");
    ask("/models/none/chat");
    const auto rows = [&](const std::string& where) {
        return site.number("SELECT COUNT(*) FROM ledger WHERE user_name = 'ann' AND kind = 'text' AND " + where);
    };
    CPPUNIT_ASSERT_EQUAL(std::int64_t(4), rows("1 = 1"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows("outcome = 'complete' AND basis = 'reported' AND tokens = 43"
                                               " AND route = '/textModel/chat' AND model = 'priced'"));
    // "Hello" and "Hi": two words of 5/4 each, rounded up one by one
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows("outcome = 'broken' AND basis = 'estimated' AND tokens = 4"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows("outcome = 'broken' AND basis = 'none' AND tokens = 0"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1),
                         rows("outcome = 'failed' AND basis = 'none' AND tokens = 0 AND model = 'fails'"));
}

SPEC(Quota, that_calls_in_progress_hold_is_told_from_one_that_is_spent) {
    give(489, 1);
    {
        const BilledCall running =
            site.billing().begin({site.ann.user.id, "ann", "/textModel/chat", "request-0", Unit::token, 4'000, true});
        const ScriptedExchange held = ask("/textModel/chat");
        assertRefused(held, "TOKEN_NOT_ENOUGH");
        assertSays(held.json()->getValue<std::string>("msg"), "489 tokens are left, but your calls in progress hold");
        CPPUNIT_ASSERT(held.json()->getValue<int>("retry_after") > 0);
        const BilledCall picture = site.billing().begin(
            {site.ann.user.id, "ann", "/PictureToTextModel/chat", "request-0", Unit::picture, 1, true});
        const ScriptedExchange shown = show();
        assertRefused(shown, "PIC_TIMES_NOT_ENOUGH");
        CPPUNIT_ASSERT(shown.json()->getValue<int>("retry_after") > 0);
    }
    assertSucceeded(ask("/textModel/chat"));
    give(0, 0);
    const ScriptedExchange spent = ask("/textModel/chat");
    CPPUNIT_ASSERT(!spent.json()->has("retry_after"));
    CPPUNIT_ASSERT_EQUAL("no tokens are left"s, spent.json()->getValue<std::string>("msg"));
}

SPEC(Quota, of_voice_says_how_many_seconds_are_left_and_how_many_the_audio_has) {
    site.sql("UPDATE users SET voice_seconds = 1");
    const ScriptedExchange refused = site.post("/models/echo/chat", std::string(96'000, '\1'), site.ann);
    assertSays(refused.json()->getValue<std::string>("msg"), "1 voice seconds are left, and this call needs 3");
    CPPUNIT_ASSERT(!refused.json()->has("retry_after"));
}

SPEC(Quota, is_what_the_last_frame_says_where_the_upstream_gave_no_total) {
    give(100, 5);
    const auto answer = ask("/models/summed/stream");
    assertSays(answer.text(), R"("total_tokens":13)");
    assertLeft(87, 5);
}

}  // namespace
