#include "routes/call_to_bill.h"

#include <algorithm>
#include <stdexcept>

namespace aiproject {
namespace {

Unit unitOf(Kind kind) {
    switch (kind) {
        case Kind::text: return Unit::token;
        case Kind::voice: return Unit::voiceSecond;
        case Kind::picture: return Unit::picture;
    }
    throw std::logic_error("a kind that is none");
}

std::int64_t secondsOf(const ModelRequest& request) {
    const std::uint64_t bytesPerSecond = 2ULL * request.sampleRate;
    return bytesPerSecond == 0 ? 0 : std::int64_t((request.media.size + bytesPerSecond - 1) / bytesPerSecond);
}

// Estimated.
std::int64_t questionTokens(const ModelRequest& request) {
    TokenEstimate question;
    for (std::uint64_t i = 0; i < request.turnCount; ++i) {
        question.add(request.turns[i].content);
        question.add(" ");  // or the end of one and the beginning of the next would be one word
    }
    return question.tokens();
}

// No less than the dialog's tokens may be billed as, and the longest answer of the models that may be asked. An
// upstream's token has a byte at least; the estimate of many short turns is above their bytes.
std::int64_t mostTokens(const Context& context, const Question& question, std::int64_t estimated) {
    std::int64_t bytes = 0, longest = 0;
    for (std::uint64_t i = 0; i < question.request.turnCount; ++i)
        bytes += std::int64_t(question.request.turns[i].content.size);
    for (const std::string& name : question.models) {
        const Model* const model = context.services.models.registry().find(name);
        const bool hasLimit = model && model->longestAnswer > 0;
        longest = std::max(longest, hasLimit ? model->longestAnswer : context.services.config.quota.answerTokens);
    }
    return std::max<std::int64_t>(1, std::max(bytes, estimated) + longest);
}

}  // namespace

CallToBill callToBill(const Context& context, const Question& question) {
    CallToBill call;
    call.unit = unitOf(question.request.kind);
    call.route = context.exchange.request().path;
    call.requestId = context.exchange.request().id;
    switch (call.unit) {
        case Unit::token:
            call.questionTokens = questionTokens(question.request);
            call.atMost = mostTokens(context, question, call.questionTokens);
            break;
        case Unit::picture: call.atMost = 1; break;
        case Unit::voiceSecond: call.atMost = secondsOf(question.request); break;
    }
    if (!context.user) return call;
    const User& user = *context.user;
    call.userId = user.id;
    call.userName = user.name;
    if (!user.isConfirmed) call.epoch = user.epoch;
    switch (call.unit) {
        case Unit::token: call.isLimited = user.tokens >= 0; break;
        case Unit::picture: call.isLimited = user.picTimes >= 0; break;
        case Unit::voiceSecond: call.isLimited = user.voiceSeconds >= 0; break;
    }
    return call;
}

CallEnd callEnd(const ModelRequest& request, const CallReport& report) {
    CallEnd end;
    end.unit = unitOf(request.kind);
    if (const auto& told = report.reported)
        end.reported = ReportedTokens{told->question, told->prompt, told->completion, told->total};
    end.questionTokens = questionTokens(request);
    end.answerTokens = report.answer.tokens();
    end.voiceSeconds = secondsOf(request);
    return end;
}

}  // namespace aiproject
