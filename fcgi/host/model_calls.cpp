#include "host/model_calls.h"

#include <algorithm>
#include <chrono>

namespace aiproject {

struct ModelCalls::Attempt {
    std::string model;
    ModelStatus status;
    Stop stop;
};

namespace {

using Clock = std::chrono::steady_clock;

std::uint32_t milliseconds(std::chrono::milliseconds duration) {
    return std::uint32_t(std::max<std::int64_t>(1, duration.count()));  // 0 is not for plugins
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
    }
    return "unknown";
}

// What another model, with other keys and another upstream, may do better.
bool mayTryNext(ModelStatus status) noexcept {
    switch (status) {
        case ModelStatus::busy:
        case ModelStatus::quotaSpent:
        case ModelStatus::misconfigured:
        case ModelStatus::timedOut:
        case ModelStatus::unavailable:
        case ModelStatus::failed: return true;
        case ModelStatus::ok:
        case ModelStatus::stopped:
        case ModelStatus::badInput:
        case ModelStatus::inputTooLarge:
        case ModelStatus::contentRefused: return false;
    }
    return false;
}

ErrorKind badInputOf(Kind kind) noexcept { return kind == Kind::text ? ErrorKind::badRequest : ErrorKind::fileFormat; }

// What happened, all told: the host knows better than the plugin why a call ended.
ModelStatus judged(ModelStatus status, Stop stop, const CallReport& report) noexcept {
    if (report.isGarbage) return ModelStatus::failed;
    if (status == ModelStatus::ok && !report.isCut) return status;  // complete, whatever came after
    switch (stop) {
        case Stop::clientLeft:
        case Stop::answerTooLong: return ModelStatus::stopped;
        case Stop::guardExpired:
        case Stop::totalExpired: return ModelStatus::timedOut;
        case Stop::none: break;
    }
    return status == ModelStatus::ok ? ModelStatus::failed : status;
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

Error errorOf(ModelStatus status, Stop stop, Kind kind, const CallReport& report) {
    const std::string reason = reasonOf(stop, report);
    switch (status) {
        case ModelStatus::badInput: return {badInputOf(kind), reason, report.advice};
        case ModelStatus::inputTooLarge: return {ErrorKind::bodyTooLarge, reason, report.advice};
        case ModelStatus::contentRefused: return {ErrorKind::contentRefused, reason};
        case ModelStatus::busy: return {ErrorKind::modelBusy, reason};
        case ModelStatus::timedOut: return {ErrorKind::modelTimeout, reason};
        case ModelStatus::stopped:
            if (stop == Stop::clientLeft) return {ErrorKind::clientLeft, reason};
            if (stop == Stop::answerTooLong) return {failureOf(kind), reason, "the answer is too long"};
            break;
        case ModelStatus::quotaSpent:
        case ModelStatus::misconfigured:
        case ModelStatus::unavailable:
        case ModelStatus::failed:
        case ModelStatus::ok: break;
    }
    return {failureOf(kind), reason};
}

}  // namespace

ErrorKind failureOf(Kind kind) noexcept {
    switch (kind) {
        case Kind::text: return ErrorKind::textModelFailed;
        case Kind::voice: return ErrorKind::voiceModelFailed;
        case Kind::picture: return ErrorKind::pictureModelFailed;
    }
    return ErrorKind::internal;
}

const Model* ModelCalls::usable(const std::string& name, Kind kind) const {
    const Model* model = registry_.find(name);
    return model && model->serves(kind) ? model : nullptr;
}

std::string ModelCalls::run(const std::vector<std::string>& models, ModelRequest request, CallReply& reply,
                            int clientDescriptor) {
    request.timeouts = {milliseconds(timeouts_.connect), milliseconds(timeouts_.firstFrame),
                        milliseconds(timeouts_.idleFrame), milliseconds(timeouts_.total)};
    const auto until = Clock::now() + timeouts_.total;
    auto left = timeouts_.total;  // for all models that are tried
    Error last(failureOf(request.kind), "none of its models is loaded, or serves this kind",
               "no model is set up for this path");
    for (const auto& name : models) {
        const Model* model = usable(name, request.kind);
        if (!model) continue;
        request.timeouts.totalMs = milliseconds(left);
        CallWatch::Call call(watch_, clientDescriptor, left);
        reply.attach(call);
        const ModelStatus answered = model->instance->generate(request, reply);
        call.guard(-1, {});
        reply.detach();
        const Stop stop = call.stop();
        const ModelStatus status = judged(answered, stop, reply.report());
        if (status == ModelStatus::ok) return name;

        logFailure({name, status, stop}, request, reply);
        last = errorOf(status, stop, request.kind, reply.report());
        left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
        if (left.count() <= 0 || stop == Stop::totalExpired || reply.hasBegun() || !mayTryNext(status)) break;
    }
    throw last;
}

void ModelCalls::logFailure(const Attempt& attempt, const ModelRequest& request, const CallReply& reply) {
    const CallReport& report = reply.report();
    LogLine line("model");
    line.field("id", request.requestId)
        .field("model", attempt.model)
        .field("status", nameOf(attempt.status))
        .field("sid", report.upstreamId)
        .number("frames", std::int64_t(report.frames))
        .field("reason", reasonOf(attempt.stop, report));
    if (attempt.status == ModelStatus::misconfigured || attempt.status == ModelStatus::quotaSpent)
        log_.error(line.str());  // only the operator can mend it
    else
        log_.warning(line.str());
}

}  // namespace aiproject
