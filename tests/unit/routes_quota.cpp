// What a user has left: asked before a call, taken after it.
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"
#include "unit/site.h"

#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

const std::string kJpeg = "\xff\xd8\xff\xe0 picture";

struct Quota : CppUnit::TestCase {
    Site site{[](Config& config) {
        config.models["priced"] = playing("delta Hi|usage 43");
        config.models["breaks"] = playing("delta Hi|usage 43|status unavailable");
        config.models["fails"] = playing("usage 43|status unavailable");
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
    const Session ben = site.registered("ben");
    give(100, 5);
    ask("/textModel/chat");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(100), site.user(ben).tokens);
    assertLeft(57, 5);
}

SPEC(Quota, that_cannot_be_written_does_not_undo_the_answer) {
    give(100, 5);
    site.sql("CREATE TRIGGER broken BEFORE UPDATE ON users BEGIN SELECT RAISE(ABORT, 'no'); END");
    assertSucceeded(ask("/textModel/chat"));
    assertSays(site.log(), "not charged id=request-1 user=ann tokens=43 pictures=0");
}

}  // namespace
