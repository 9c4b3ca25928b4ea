#include "billing/bill.h"

#include <algorithm>

namespace aiproject {
namespace {

constexpr std::int64_t kMostTokens = 10'000'000;  // no model takes so many

// Why these numbers are not believed; empty: they are.
std::string doubtOf(const ReportedTokens& reported) {
    const auto [least, most] = std::minmax({reported.question, reported.prompt, reported.completion, reported.total});
    if (least < 0) return "a number is negative";
    if (most > kMostTokens) return "a number is above " + std::to_string(kMostTokens);
    const bool hasParts = reported.question > 0 || reported.prompt > 0 || reported.completion > 0;
    if (reported.total == 0 && hasParts) return "the total is 0 and its parts are not";
    if (reported.total < std::max({reported.question, reported.prompt, reported.completion}))
        return "the total is below one of its parts";
    return {};
}

// What a call that was cut off has reported on the way is not its whole use. False: nothing is believed.
bool takeReport(const CallEnd& end, Bill& bill) {
    if (end.reported) bill.doubt = doubtOf(*end.reported);
    if (!end.isWhole || !end.reported || !bill.doubt.empty()) return false;
    bill.tokensIn = end.reported->prompt;
    bill.tokensOut = end.reported->completion;
    bill.tokensCached = std::clamp<std::int64_t>(end.reported->cached, 0, bill.tokensIn);
    bill.tokensReasoning = std::clamp<std::int64_t>(end.reported->reasoning, 0, bill.tokensOut);
    return true;
}

Bill textBill(const CallEnd& end) {
    Bill bill;
    if (takeReport(end, bill)) {
        bill.basis = Basis::reported;
        bill.amounts.tokens = end.reported->total;
    } else if (end.isDelivered || end.isWhole || end.outcome == Outcome::lost) {
        bill.basis = Basis::estimated;
        bill.tokensIn = end.questionTokens;
        bill.tokensOut = end.answerTokens;
        bill.amounts.tokens = bill.tokensIn + bill.tokensOut;
    }
    if (bill.basis != Basis::none) bill.spokenSeconds = end.spokenSeconds;
    return bill;
}

// One picture, or the audio's seconds: known beforehand, and due as a whole or not at all.
Bill mediaBill(const CallEnd& end) {
    Bill bill;
    const bool isDue = end.isWhole || (end.outcome == Outcome::clientLeft && end.isDelivered);
    if (!isDue) return bill;
    // Tokens cost money where they have a price, and are in no quota: so there is no total, and what is in neither part
    // is among those of the answer.
    if (takeReport(end, bill)) bill.tokensOut = std::max(bill.tokensOut, end.reported->total - bill.tokensIn);
    bill.basis = end.isWhole ? Basis::reported : Basis::estimated;
    if (end.unit == Unit::picture)
        bill.amounts.pictures = 1;
    else
        bill.amounts.voiceSeconds = end.voiceSeconds;
    return bill;
}

}  // namespace

const char* nameOf(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::complete: return "complete";
        case Outcome::clientLeft: return "client_left";
        case Outcome::broken: return "broken";
        case Outcome::failed: return "failed";
        case Outcome::lost: return "lost";
    }
    return "";
}

const char* nameOf(Basis basis) noexcept {
    switch (basis) {
        case Basis::reported: return "reported";
        case Basis::estimated: return "estimated";
        case Basis::none: return "none";
    }
    return "";
}

const char* nameOf(Unit unit) noexcept {
    switch (unit) {
        case Unit::token: return "text";
        case Unit::picture: return "picture";
        case Unit::voiceSecond: return "voice";
    }
    return "";
}

Unit unitOf(const std::string& kind) noexcept {
    for (const Unit unit : {Unit::picture, Unit::voiceSecond})
        if (kind == nameOf(unit)) return unit;
    return Unit::token;
}

std::int64_t costOf(const Bill& bill, const PriceConfig& price) {
    constexpr std::int64_t million = 1'000'000;
    const std::int64_t cached = price.cached < 0 ? price.prompt : price.cached;
    const std::int64_t reasoning = price.reasoning < 0 ? price.completion : price.reasoning;
    const std::int64_t inNeither = std::max<std::int64_t>(0, bill.amounts.tokens - bill.tokensIn - bill.tokensOut);
    const std::int64_t millionths = (bill.tokensIn - bill.tokensCached) * price.prompt + bill.tokensCached * cached +
                                    (bill.tokensOut - bill.tokensReasoning + inNeither) * price.completion +
                                    bill.tokensReasoning * reasoning;
    return (millionths + million - 1) / million + bill.amounts.pictures * price.picture +
           (bill.amounts.voiceSeconds + bill.spokenSeconds) * price.second;
}

Bill billFor(const CallEnd& end) {
    if (end.outcome == Outcome::failed) return {};
    return end.unit == Unit::token ? textBill(end) : mediaBill(end);
}

}  // namespace aiproject
