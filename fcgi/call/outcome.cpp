#include "call/outcome.h"

#include <algorithm>
#include <chrono>

namespace aiproject {
namespace {

ErrorKind badInputOf(Kind kind) noexcept {
    return kind == Kind::text || kind == Kind::speech ? ErrorKind::badRequest : ErrorKind::fileFormat;
}

bool isKnown(ModelStatus status) noexcept {
    return status >= ModelStatus::ok && status <= ModelStatus::failed;  // the contract's first and last
}

}  // namespace

ErrorKind failureOf(Kind kind) noexcept {
    switch (kind) {
        case Kind::text:
        case Kind::embedding: return ErrorKind::textModelFailed;
        case Kind::voice: return ErrorKind::voiceModelFailed;
        case Kind::picture: return ErrorKind::pictureModelFailed;
        case Kind::speech: return ErrorKind::speechModelFailed;
    }
    return ErrorKind::internal;
}

const char* nameOf(ModelStatus status) noexcept {
    switch (status) {
        case ModelStatus::ok: return "ok";
        case ModelStatus::stopped: return "stopped";
        case ModelStatus::badInput: return "bad_input";
        case ModelStatus::inputTooLarge: return "input_too_large";
        case ModelStatus::contentRefused: return "content_refused";
        case ModelStatus::busy: return "busy";
        case ModelStatus::quotaSpent: return "quota_spent";
        case ModelStatus::misconfigured: return "misconfigured";
        case ModelStatus::timedOut: return "timed_out";
        case ModelStatus::unavailable: return "unavailable";
        case ModelStatus::failed: return "failed";
        case ModelStatus::streaming: return "streaming";
        case ModelStatus::stale: return "stale";
    }
    return "unknown";
}

bool isModelFault(ModelStatus status) noexcept {
    switch (status) {
        case ModelStatus::busy:
        case ModelStatus::quotaSpent:
        case ModelStatus::misconfigured:
        case ModelStatus::timedOut:
        case ModelStatus::unavailable:
        case ModelStatus::failed:
        case ModelStatus::streaming:
        case ModelStatus::stale: return true;
        case ModelStatus::ok:
        case ModelStatus::stopped:
        case ModelStatus::badInput:
        case ModelStatus::inputTooLarge:
        case ModelStatus::contentRefused: return false;
    }
    return false;
}

ModelStatus finalStatus(ModelStatus status, Stop stop, const CallReport& report) noexcept {
    if (report.isGarbage) return ModelStatus::failed;
    // Complete, whatever came after.
    if ((status == ModelStatus::ok || report.hasLast) && !report.isCut) return ModelStatus::ok;
    switch (stop) {
        case Stop::clientLeft:
        case Stop::answerTooLong: return ModelStatus::stopped;
        case Stop::guardExpired:
        case Stop::totalExpired: return ModelStatus::timedOut;
        case Stop::none: break;
    }
    if (status == ModelStatus::stale) return ModelStatus::unavailable;
    const bool isAnswer = status != ModelStatus::ok && status != ModelStatus::stopped && isKnown(status);
    return isAnswer ? status : ModelStatus::failed;
}

bool wasAskedInVain(ModelStatus answered, CallReply& reply, std::chrono::steady_clock::time_point connectUntil) {
    return answered == ModelStatus::stale && !reply.hasBegun() && !reply.report().isGarbage &&
           reply.stop() == Stop::none && std::chrono::steady_clock::now() < connectUntil;
}

std::string reasonOf(Stop stop, const CallReport& report) {
    switch (stop) {
        case Stop::clientLeft: return "the client has left";
        case Stop::answerTooLong: return "the answer is longer than limit.answer_bytes";
        case Stop::guardExpired:
        case Stop::totalExpired:
        case Stop::none: break;
    }
    if (!report.explanation.empty()) return report.explanation;
    return stop == Stop::none ? "the plugin gave no reason" : "its time was over";
}

namespace {

// The upstream's wish in whole seconds, up: whoever comes earlier comes in vain. 0: it has told none.
int retryAfter(const CallReport& report) {
    constexpr std::chrono::seconds longest{3'600};
    return int(std::min(std::chrono::ceil<std::chrono::seconds>(report.retryAfter), longest).count());
}

}  // namespace

Error errorOf(ModelStatus status, Stop stop, Kind kind, const CallReport& report) {
    const std::string reason = reasonOf(stop, report);
    switch (status) {
        case ModelStatus::badInput:
            return {badInputOf(kind), reason, report.advice.empty() ? "the model refused this input" : report.advice};
        case ModelStatus::inputTooLarge: return {ErrorKind::inputTooLong, reason, report.advice};
        case ModelStatus::contentRefused: return {ErrorKind::contentRefused, reason};
        case ModelStatus::busy: return {ErrorKind::modelBusy, reason, {}, retryAfter(report)};
        case ModelStatus::timedOut: return {ErrorKind::modelTimeout, reason};
        case ModelStatus::stopped:
            if (stop == Stop::clientLeft) return {ErrorKind::clientLeft, reason};
            if (stop == Stop::answerTooLong) return {failureOf(kind), reason, "the answer is too long"};
            break;
        case ModelStatus::quotaSpent:
        case ModelStatus::misconfigured:
        case ModelStatus::unavailable:
        case ModelStatus::failed:
        case ModelStatus::streaming:
        case ModelStatus::stale:
        case ModelStatus::ok: break;
    }
    return {failureOf(kind), reason, {}, retryAfter(report)};
}

bool hasWish(const Error& error, Kind kind) noexcept {
    const bool isOfModel = error.kind() == ErrorKind::modelBusy || error.kind() == failureOf(kind);
    return isOfModel && error.forClient().empty();  // as "the answer is too long" is not
}

}  // namespace aiproject
