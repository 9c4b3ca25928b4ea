// What a call costs, and how many tokens a text has when nobody says so.
#include "billing/bill.h"
#include "base/token_estimate.h"
#include "support/spec.h"
#include "unit/expect.h"

#include <limits>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

std::int64_t estimateOf(const std::string& text) {
    TokenEstimate estimate;
    estimate.add(text);
    return estimate.tokens();
}

struct Estimate : CppUnit::TestCase {};

SPEC(Estimate, of_nothing_is_nothing) {
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), estimateOf(""));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), estimateOf(" \t\r\n\u00a0\u2003"));
}

SPEC(Estimate, counts_two_thirds_for_a_wide_character) {
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), estimateOf("\u4f60"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), estimateOf("\u4f60\u597d\u5417"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(4), estimateOf("\u4f60\u597d\U0001f600\u2e80\u3042\uac00"));
}

SPEC(Estimate, counts_a_quarter_for_a_letter_and_five_quarters_for_a_short_word) {
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), estimateOf("a"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(5), estimateOf("a b c d"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), estimateOf("eight_by"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(25), estimateOf(std::string(100, 'x')));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(25), estimateOf([] {
                             std::string umlauts;
                             for (int i = 0; i < 100; ++i) umlauts += "\u00e4";
                             return umlauts;
                         }()));
}

SPEC(Estimate, ends_a_word_at_a_wide_character) {
    CPPUNIT_ASSERT_EQUAL(std::int64_t(4), estimateOf("a\u4f60b"));  // 15/12 + 8/12 + 15/12
}

SPEC(Estimate, is_the_same_in_pieces_of_any_size) {
    const std::string text =
        "The na\u00efve caf\u00e9, \u4f60\u597d\uff0c world \U0001f600\U0001f600 internationalization"s;
    for (std::size_t size = 1; size < text.size(); ++size) {
        TokenEstimate pieces;
        for (std::size_t at = 0; at < text.size(); at += size) pieces.add(std::string_view(text).substr(at, size));
        CPPUNIT_ASSERT_EQUAL(estimateOf(text), pieces.tokens());
    }
}

struct Bills : CppUnit::TestCase {
    static CallEnd text(Outcome outcome) {
        CallEnd end;
        end.outcome = outcome;
        end.isWhole = outcome == Outcome::complete;
        end.isDelivered = outcome != Outcome::failed;
        end.questionTokens = 7;
        end.answerTokens = 5;
        return end;
    }
    static CallEnd reporting(Outcome outcome, const ReportedTokens& reported) {
        CallEnd end = text(outcome);
        end.reported = reported;
        return end;
    }
    static CallEnd media(Unit unit, Outcome outcome) {
        CallEnd end = text(outcome);
        end.unit = unit;
        end.voiceSeconds = 9;
        return end;
    }
    static void assertEstimated(const Bill& bill) {
        CPPUNIT_ASSERT_EQUAL("estimated"s, std::string(nameOf(bill.basis)));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(12), bill.amounts.tokens);
        CPPUNIT_ASSERT_EQUAL(std::int64_t(7), bill.tokensIn);
        CPPUNIT_ASSERT_EQUAL(std::int64_t(5), bill.tokensOut);
    }
    static void assertNothing(const Bill& bill) {
        CPPUNIT_ASSERT(bill.amounts.isNothing());
        CPPUNIT_ASSERT_EQUAL("none"s, std::string(nameOf(bill.basis)));
    }
};

SPEC(Bills, are_what_the_upstream_reports_of_a_complete_answer) {
    const Bill bill = billFor(reporting(Outcome::complete, {1, 20, 23, 43}));
    CPPUNIT_ASSERT_EQUAL("reported"s, std::string(nameOf(bill.basis)));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(43), bill.amounts.tokens);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(20), bill.tokensIn);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(23), bill.tokensOut);
    CPPUNIT_ASSERT_EQUAL(""s, bill.doubt);
}

SPEC(Bills, are_an_estimate_where_the_upstream_says_nothing) { assertEstimated(billFor(text(Outcome::complete))); }

SPEC(Bills, believe_no_lies) {
    constexpr auto huge = std::numeric_limits<std::int64_t>::max();
    for (const ReportedTokens& lie :
         {ReportedTokens{0, 0, 0, -1}, ReportedTokens{0, -5, 48, 43}, ReportedTokens{0, 20, 23, 0},
          ReportedTokens{0, 20, 23, 1}, ReportedTokens{0, 20, 0, 19}, ReportedTokens{0, 0, 0, 10'000'001},
          ReportedTokens{huge, huge, huge, huge}}) {
        const Bill bill = billFor(reporting(Outcome::complete, lie));
        assertEstimated(bill);
        CPPUNIT_ASSERT(!bill.doubt.empty());
    }
    CPPUNIT_ASSERT_EQUAL(std::int64_t(10'000'000),
                         billFor(reporting(Outcome::complete, {0, 0, 0, 10'000'000})).amounts.tokens);
    CPPUNIT_ASSERT(billFor(reporting(Outcome::complete, {0, 0, 0, 0})).amounts.isNothing());
}

SPEC(Bills, of_a_client_that_left_are_an_estimate_of_what_was_delivered) {
    assertEstimated(billFor(text(Outcome::clientLeft)));
    assertEstimated(billFor(reporting(Outcome::clientLeft, {1, 2, 3, 43})));
    CallEnd early = text(Outcome::clientLeft);
    early.isDelivered = false;
    assertNothing(billFor(early));
}

SPEC(Bills, of_a_client_that_left_an_answer_read_to_its_end_are_what_was_reported) {
    CallEnd drained = reporting(Outcome::clientLeft, {1, 20, 23, 43});
    drained.isWhole = true;
    CPPUNIT_ASSERT_EQUAL(std::int64_t(43), billFor(drained).amounts.tokens);
}

SPEC(Bills, of_an_upstream_that_broke_are_an_estimate_for_text_only) {
    assertEstimated(billFor(reporting(Outcome::broken, {1, 2, 3, 43})));
    assertNothing(billFor(media(Unit::picture, Outcome::broken)));
    assertNothing(billFor(media(Unit::voiceSecond, Outcome::broken)));
}

SPEC(Bills, of_an_upstream_that_failed_at_once_are_nothing) {
    assertNothing(billFor(reporting(Outcome::failed, {1, 2, 3, 43})));
    assertNothing(billFor(media(Unit::picture, Outcome::failed)));
}

SPEC(Bills, of_media_are_whole_for_an_answer_or_a_part_that_the_client_left) {
    for (const Outcome outcome : {Outcome::complete, Outcome::clientLeft}) {
        CPPUNIT_ASSERT_EQUAL(std::int64_t(1), billFor(media(Unit::picture, outcome)).amounts.pictures);
        CPPUNIT_ASSERT_EQUAL(std::int64_t(9), billFor(media(Unit::voiceSecond, outcome)).amounts.voiceSeconds);
    }
    CallEnd early = media(Unit::picture, Outcome::clientLeft);
    early.isDelivered = false;
    assertNothing(billFor(early));
}

SPEC(Bills, of_media_have_the_tokens_that_the_upstream_reports_beside_what_is_counted) {
    CallEnd picture = media(Unit::picture, Outcome::complete);
    picture.reported = ReportedTokens{0, 100, 50, 150, 40, 30};
    const Bill bill = billFor(picture);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), bill.amounts.pictures);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), bill.amounts.tokens);  // of no quota
    CPPUNIT_ASSERT_EQUAL(std::int64_t(100), bill.tokensIn);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(40), bill.tokensCached);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(50), bill.tokensOut);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(30), bill.tokensReasoning);
    PriceConfig price;
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), costOf(bill, price));
    price.prompt = 2'000'000;
    price.picture = 7;
    CPPUNIT_ASSERT_EQUAL(std::int64_t(207), costOf(bill, price));
    picture.reported->total = -1;
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), billFor(picture).tokensIn);
    CPPUNIT_ASSERT(!billFor(picture).doubt.empty());
    picture.reported->total = 150;
    picture.isWhole = false;
    picture.outcome = Outcome::clientLeft;
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), billFor(picture).tokensIn);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), billFor(picture).amounts.pictures);
}

SPEC(Bills, of_lost_calls_are_the_question_and_what_was_passed_on) {
    CallEnd lost = text(Outcome::lost);
    lost.isDelivered = false;
    assertEstimated(billFor(lost));
    lost.answerTokens = 0;
    CPPUNIT_ASSERT_EQUAL(std::int64_t(7), billFor(lost).amounts.tokens);
    CPPUNIT_ASSERT_EQUAL("lost"s, std::string(nameOf(Outcome::lost)));
    CallEnd picture = media(Unit::picture, Outcome::lost);
    picture.isWhole = picture.isDelivered = false;
    assertNothing(billFor(picture));
}

}  // namespace
