#include "call/call_to_bill.h"

#include "base/utf8.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace aiproject {
namespace {

// What is sent as numbers of tokens is no estimate: [1,2,3] is three.
std::int64_t tokensIn(std::string_view numbers) { return 1 + std::count(numbers.begin(), numbers.end(), ','); }

std::int64_t tokensOfInputs(const ModelRequest& request) {
    std::int64_t tokens = 0;
    for (std::uint64_t i = 0; i < request.inputs.count; ++i) tokens += tokensIn(request.inputs[i]);
    return tokens;
}

// Estimated.
std::int64_t questionTokens(const ModelRequest& request) {
    if (request.areTokens != 0) return tokensOfInputs(request);
    TokenEstimate question;
    for (std::uint64_t i = 0; i < request.turns.count; ++i) {
        question.add(request.turns[i].content);
        question.add(" ");  // or the end of one and the beginning of the next would be one word
    }
    question.add(request.tools);
    for (std::uint64_t i = 0; i < request.inputs.count; ++i) {
        question.add(request.inputs[i]);
        question.add(" ");
    }
    return question.tokens();
}

// No less than the dialog's tokens may be billed as, and the longest answer of the models that may be asked. An
// upstream's token has a byte at least; the estimate of many short turns is above their bytes.
std::int64_t mostTokens(const Question& question, std::int64_t estimated, const ModelRegistry& registry,
                        const QuotaConfig& quota) {
    if (question.request.areTokens != 0) return estimated;
    std::int64_t bytes = 0, longest = 0;
    for (std::uint64_t i = 0; i < question.request.turns.count; ++i)
        bytes += std::int64_t(question.request.turns[i].content.size);
    for (std::uint64_t i = 0; i < question.request.inputs.count; ++i)
        bytes += std::int64_t(question.request.inputs[i].size);
    bytes += std::int64_t(question.request.tools.size);
    const bool hasAnswer =  // whose tokens are billed
        question.request.kind != Kind::embedding && question.request.kind != Kind::speech;
    for (const std::string& name : question.models) {
        if (!hasAnswer) continue;
        const std::vector<const Model*>& accounts = registry.accountsOf(name);
        if (accounts.empty()) longest = std::max(longest, quota.answerTokens);
        for (const Model* const model : accounts)
            longest = std::max(longest, model->longestAnswer > 0 ? model->longestAnswer : quota.answerTokens);
    }
    return std::max<std::int64_t>(1, std::max(bytes, estimated) + longest);
}

// How long that text may take to be spoken, roughly: a second for each character, which all but the rarest do not
// reach. What a speech costs above that is charged all the same, down to nothing left.
std::int64_t mostSpokenSeconds(const ModelRequest& request) {
    if (request.kind != Kind::speech) return 0;
    double characters = 0;
    for (std::uint64_t i = 0; i < request.inputs.count; ++i) characters += double(lengthOf(request.inputs[i]));
    return std::int64_t(std::ceil(characters / (request.speed ? request.speed.value : 1)));
}

// At the highest price that the models may ask. All tokens at that of the dearer part: which they are, nobody knows
// yet. Of a picture or a recording it is those of the question beside it and of the answer; its own are charged all the
// same.
std::int64_t mostMoney(const CallToBill& call, const Question& question, std::int64_t mostTokens,
                       const std::map<std::string, ModelConfig>& models) {
    const std::int64_t spokenSeconds = mostSpokenSeconds(question.request);
    std::int64_t most = 0;
    for (const std::string& name : question.models) {
        const auto model = models.find(name);
        if (model == models.end()) continue;
        PriceConfig dearest = model->second.price;
        dearest.prompt = dearest.completion =
            std::max({dearest.prompt, dearest.cached, dearest.completion, dearest.reasoning});
        Bill bill;
        bill.amounts.tokens = bill.tokensIn = mostTokens;
        bill.amounts.pictures = call.unit == Unit::picture ? call.atMost : 0;
        bill.amounts.voiceSeconds = call.unit == Unit::voiceSecond ? call.atMost : 0;
        bill.spokenSeconds = spokenSeconds;
        most = std::max(most, costOf(bill, dearest));
    }
    return most;
}

}  // namespace

Unit unitOf(Kind kind) {
    switch (kind) {
        case Kind::text:
        case Kind::embedding:
        case Kind::speech: return Unit::token;
        case Kind::voice: return Unit::voiceSecond;
        case Kind::picture: return Unit::picture;
    }
    throw std::logic_error("a kind that is none");
}

std::int64_t secondsOf(const ModelRequest& request) {
    const std::uint64_t bytesPerSecond = 2ULL * request.sampleRate;
    return bytesPerSecond == 0 ? 0 : std::int64_t((request.media.size + bytesPerSecond - 1) / bytesPerSecond);
}

CallToBill callToBill(const Request& request, const Question& question, const User* caller,
                      const ModelRegistry& registry, const Config& config) {
    CallToBill call;
    call.unit = unitOf(question.request.kind);
    if (question.request.kind == Kind::speech) call.kind = "speech";
    call.route = request.path;
    call.requestId = request.id;
    switch (call.unit) {
        case Unit::token:
            call.questionTokens = questionTokens(question.request);
            call.atMost = mostTokens(question, call.questionTokens, registry, config.quota);
            break;
        case Unit::picture: call.atMost = 1; break;
        case Unit::voiceSecond: call.atMost = secondsOf(question.request); break;
    }
    if (!caller) return call;
    const User& user = *caller;
    call.keyId = user.key.id;
    call.isKeyLimited = user.key.isLimited;
    call.isMoneyLimited = user.money >= 0;
    call.userId = user.id;
    call.userName = user.name;
    if (!user.isConfirmed && user.key.id == 0) call.epoch = user.epoch;
    switch (call.unit) {
        case Unit::token: call.isLimited = user.tokens >= 0; break;
        case Unit::picture: call.isLimited = user.picTimes >= 0; break;
        case Unit::voiceSecond: call.isLimited = user.voiceSeconds >= 0; break;
    }
    const bool isRecalled = !user.isConfirmed;
    if (call.isKeyLimited || call.isMoneyLimited || isRecalled)
        call.atMostMoney = mostMoney(
            call, question, call.unit == Unit::token ? call.atMost : mostTokens(question, 0, registry, config.quota),
            config.models);
    // Another limit may have been granted since a user was looked up who is now only recalled. The reservation finds
    // out, and what is held or charged of a balance without a limit changes nothing.
    if (isRecalled && call.isHeld()) call.isLimited = call.isMoneyLimited = true;
    return call;
}

}  // namespace aiproject
