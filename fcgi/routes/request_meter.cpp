#include "routes/request_meter.h"

#include "http/envelope.h"

#include <algorithm>

namespace aiproject {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

// The last of its enum.
constexpr int kErrorKinds = int(ErrorKind::clientLeft) + 1;

CallResult resultOf(const std::optional<ErrorKind>& error) {
    if (!error) return CallResult::answered;
    switch (*error) {
        case ErrorKind::modelTimeout: return CallResult::timedOut;
        case ErrorKind::modelBusy:
        case ErrorKind::tooManyRequests: return CallResult::busy;
        case ErrorKind::contentRefused: return CallResult::contentRefused;
        case ErrorKind::clientLeft: return CallResult::clientLeft;
        case ErrorKind::noSuchPath:
        case ErrorKind::noSuchModel:
        case ErrorKind::wrongMethod:
        case ErrorKind::badRequest:
        case ErrorKind::unsupported:
        case ErrorKind::inputTooLong:
        case ErrorKind::internal:
        case ErrorKind::registrationRefused:
        case ErrorKind::nameTaken:
        case ErrorKind::loginRefused:
        case ErrorKind::userUnknown:
        case ErrorKind::notAllowed:
        case ErrorKind::adminOnly:
        case ErrorKind::crossSite:
        case ErrorKind::tlsRequired:
        case ErrorKind::notJson:
        case ErrorKind::tokensSpent:
        case ErrorKind::picturesSpent:
        case ErrorKind::voiceSecondsSpent:
        case ErrorKind::moneySpent:
        case ErrorKind::textModelFailed:
        case ErrorKind::voiceModelFailed:
        case ErrorKind::pictureModelFailed:
        case ErrorKind::speechModelFailed:
        case ErrorKind::fileFormat:
        case ErrorKind::fileMissing:
        case ErrorKind::bodyTooLarge:
        case ErrorKind::databaseBusy: return CallResult::failed;
    }
    return CallResult::failed;
}

}  // namespace

RequestMeter::RequestMeter(Board& board) : metrics_(board.metrics()) {
    for (const Route& route : allRoutes()) routes_[&route] = board.rowOfLabel(metrics_.routes, route.path);
    noRoute_ = board.rowOfLabel(metrics_.routes, "none");
    codes_["0"] = board.rowOfLabel(metrics_.codes, "0");
    for (int kind = 0; kind < kErrorKinds; ++kind) {
        const std::string code = faceOf(static_cast<ErrorKind>(kind)).code;
        codes_[code] = board.rowOfLabel(metrics_.codes, code);
    }
    noCode_ = board.rowOfLabel(metrics_.codes, "other");
}

int RequestMeter::labelOf(const Route* route) const {
    const auto found = routes_.find(route);
    return found == routes_.end() ? noRoute_ : found->second;
}

void RequestMeter::note(const RequestRecord& record) const noexcept {
    const std::size_t route = std::size_t(record.route < 0 ? noRoute_ : record.route);
    const auto code = codes_.find(record.code);
    add(metrics_.requests[route][std::size_t(code == codes_.end() ? noCode_ : code->second)]);
    metrics_.requestDurations[route].note(duration_cast<microseconds>(record.times.whole()).count());
    if (record.call && record.call->model >= 0) noteCall(*record.call, record);
}

void RequestMeter::noteCall(const CallRecord& call, const RequestRecord& record) const noexcept {
    CallMetrics& metrics = metrics_.calls[std::size_t(call.model)][std::size_t(call.kind)];
    const CallResult result = resultOf(record.error);
    metrics.durations[std::size_t(result)].note(duration_cast<microseconds>(call.time).count());
    if (call.untilFirst) metrics.firstToken.note(duration_cast<microseconds>(*call.untilFirst).count());
    add(metrics.attempts, record.attempts - 1);
    if (record.times.has(CallTimes::Phase::connect)) add(metrics.connected);
    const Bill& bill = call.bill;
    // What is in neither part of a total, as for its cost.
    const std::int64_t tokensOut = std::max(bill.tokensOut, bill.amounts.tokens - bill.tokensIn);
    const bool isReported = bill.basis == Basis::reported;
    if (isReported && bill.tokensIn > 0) metrics.reportedIn.note(bill.tokensIn);
    if (isReported && tokensOut > 0) metrics.reportedOut.note(tokensOut);
    add(metrics.tokensIn, bill.tokensIn);
    add(metrics.tokensOut, tokensOut);
    add(metrics.tokensCached, bill.tokensCached);
    add(metrics.tokensReasoning, bill.tokensReasoning);
    add(metrics.pictures, bill.amounts.pictures);
    add(metrics.voiceSeconds, bill.amounts.voiceSeconds);
    add(metrics.spokenSeconds, bill.spokenSeconds);
    add(metrics.money, bill.amounts.money);
}

}  // namespace aiproject
