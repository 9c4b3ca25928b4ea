#include "call/model_calls.h"

#include "call/outcome.h"
#include "pool/crash_report.h"

#include <algorithm>
#include <chrono>

namespace aiproject {
namespace {

using Clock = std::chrono::steady_clock;

std::uint32_t milliseconds(std::chrono::milliseconds duration) {
    return std::uint32_t(std::max<std::int64_t>(1, duration.count()));  // 0 is not for plugins
}

}  // namespace

// A question on its way through the models.
struct ModelCalls::Pending {
    ModelRequest request;
    CallReply& reply;
    const Caller& caller;
    std::chrono::milliseconds left;  // for all that is tried from now on
    Error last;                      // what the client is told when nothing more is tried
    const Clock::time_point until = Clock::now() + left;

    void updateTimeLeft() { left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()); }
};

struct ModelCalls::Attempt {
    ModelStatus status;
    Stop stop;
    bool isRevoked;
};

ModelCalls::ModelCalls(const ModelRegistry& registry, const Config& config, Log& log, EventLoop& loop)
    : registry_(registry),
      timeouts_(config.timeouts),
      retry_(config.retry),
      breaker_(config.breaker, log),
      log_(log),
      watch_(loop) {
    for (const auto& [name, model] : registry.models())
        lateUses_[&model] = &LateUse::make([&log, name = name, plugin = model.plugin->name()] {
            log.error("model " + name + ": plugin " + plugin +
                      " has used the reply of a call that was over; it reached nobody, and is told once");
        });
}

ModelCalls::~ModelCalls() {
    for (const auto& [model, late] : lateUses_) late->end();
}

// Those that can be called. Throws when there are none.
std::vector<const Model*> ModelCalls::modelsFor(Kind kind, const std::vector<std::string>& names) const {
    std::vector<const Model*> models;
    const Model* quarantined = nullptr;
    for (const auto& name : names) {
        const Model* const model = registry_.find(name);
        if (!model || !model->serves(kind)) continue;
        if (model->isQuarantined())
            quarantined = model;
        else
            models.push_back(model);
    }
    if (models.empty() && quarantined) throw Error(failureOf(kind), "model " + quarantined->name + ": " + kQuarantined);
    if (models.empty())
        throw Error(failureOf(kind), "none of its models is loaded, or serves this kind",
                    "no model is set up for this path");
    return models;
}

std::string ModelCalls::run(const std::vector<std::string>& names, const ModelRequest& request, CallReply& reply,
                            const Caller& caller) {
    const auto models = modelsFor(request.kind, names);
    Pending pending{request, reply, caller, timeouts_.total, {failureOf(request.kind), "not tried"}};
    pending.request.timeouts = {milliseconds(timeouts_.connect), milliseconds(timeouts_.firstFrame),
                                milliseconds(timeouts_.idleFrame), milliseconds(timeouts_.total)};
    std::vector<const Model*> open;  // their breaker is; better than nothing
    for (const Model* model : models) {
        if (!breaker_.admits(*model))
            open.push_back(model);
        else if (serves(*model, pending))
            return model->name;
    }
    for (const Model* model : open)
        if (serves(*model, pending)) return model->name;
    throw pending.last;
}

// With all its attempts. False: the next model may do better. Throws when none shall be tried.
bool ModelCalls::serves(const Model& model, Pending& pending) {
    if (!pending.caller.permit.enter(model.row, model.calls)) {
        pending.last = Error(ErrorKind::modelBusy, "model " + model.name + " has its calls in progress");
        return false;
    }
    auto pause = retry_.backoff;
    for (int tries = 1;; ++tries, pause *= 2) {
        const auto [status, stop, isRevoked] = attempt(model, pending);
        if (status == ModelStatus::ok) return true;
        if (isRevoked) throw Error(ErrorKind::notAllowed, "the account was disabled, deleted, or got another uuid");

        pending.last = errorOf(status, stop, pending.request.kind, pending.reply.report());
        pending.updateTimeLeft();
        if (pending.left.count() <= 0 || pending.reply.hasBegun() || !isModelFault(status)) throw pending.last;
        if (status != ModelStatus::unavailable || tries == retry_.attempts || pause >= pending.left) return false;
        waitToRetry(pause, pending);
        pending.updateTimeLeft();
    }
}

void ModelCalls::waitToRetry(std::chrono::milliseconds pause, const Pending& pending) const {
    const Stop stop = watch_.wait(pending.caller.clientDescriptor, pause);
    if (stop == Stop::none) return;
    const CallReport& report = pending.reply.report();
    throw errorOf(finalStatus(ModelStatus::unavailable, stop, report), stop, pending.request.kind, report);
}

ModelCalls::Attempt ModelCalls::attempt(const Model& model, Pending& pending) {
    pending.request.timeouts.totalMs = milliseconds(pending.left);
    CallWatch::Call call(watch_, pending.caller.clientDescriptor, pending.left,
                         {&pending.caller.permit.overdueAt(), timeouts_.watchdog});
    call.belongTo(pending.caller.owner);
    pending.reply.attach(call, model.name);
    const auto [answered, breach] = [&] {
        const PluginRun running(model.row);
        return generateBehindGate(*model.instance, pending.request, pending.reply, lateUses_.at(&model));
    }();
    if (breach) pending.reply.blame(breach);
    // A plugin with a poll() of its own may have seen the client leave before the watch has.
    if (answered == ModelStatus::stopped && call.stop() == Stop::none) {
        const Stop seen = watch_.wait(pending.caller.clientDescriptor, std::chrono::milliseconds(0));
        if (seen != Stop::none) call.end(seen);
    }
    call.guard(-1, {});
    pending.reply.detach();
    const Attempt attempt{finalStatus(answered, call.stop(), pending.reply.report()), call.stop(), call.isRevoked()};
    if (attempt.status != ModelStatus::ok) logFailure(model, attempt, pending);
    // Neither the worker's end speaks against a model, nor that of an account, nor a stream that was delivered until
    // its total time.
    const bool isLongAnswer = attempt.status == ModelStatus::timedOut && attempt.stop == Stop::totalExpired;
    const bool isNoEvidence = watch_.endsAll() || attempt.isRevoked || (isLongAnswer && pending.reply.hasBegun());
    if (!isNoEvidence) breaker_.record(model, attempt.status);
    return attempt;
}

void ModelCalls::logFailure(const Model& model, const Attempt& attempt, const Pending& pending) {
    const CallReport& report = pending.reply.report();
    LogLine line("model");
    line.field("id", pending.request.requestId)
        .field("model", model.name)
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
