#include "call/attempts.h"

#include "call/drive.h"
#include "call/outcome.h"
#include "pool/crash_report.h"

#include <algorithm>
#include <utility>

namespace aiproject {
namespace {

using Clock = std::chrono::steady_clock;

std::uint32_t milliseconds(std::chrono::milliseconds duration) {
    return std::uint32_t(std::max<std::int64_t>(1, duration.count()));  // plugins never see 0
}

}  // namespace

Attempts::Attempts(ModelCalls& calls, const std::vector<std::string>& models, ModelRequest& request, CallReply& reply,
                   const Caller& caller)
    : calls_(calls),
      request_(request),
      kind_(request.kind),
      requestId_(request.requestId),
      reply_(reply),
      caller_(caller),
      until_(Clock::now() + calls.timeouts_.total),
      models_(calls.modelsFor(request, models)),
      admitted_(models_.size()) {
    const TimeoutConfig& timeouts = calls_.timeouts_;
    request_.timeouts = {milliseconds(timeouts.connect), milliseconds(timeouts.firstFrame),
                         milliseconds(timeouts.idleFrame), milliseconds(timeouts.total)};
}

Attempts::~Attempts() {
    following_.reset();
    if (watched_) reply_.detach();
}

std::chrono::milliseconds Attempts::timeLeft() const {
    return std::chrono::ceil<std::chrono::milliseconds>(until_ - Clock::now());
}

// False: none is left.
bool Attempts::chooseModel() {
    while (next_ < models_.size()) {
        const Model* const model = models_[next_++];
        const bool isFirstLook = next_ <= admitted_;
        if (isFirstLook && !calls_.breaker_.admits(*model)) {
            models_.push_back(model);  // better than nothing
            continue;
        }
        if (!caller_.permit.enter(model->row, model->calls)) {
            last_ =
                std::make_unique<Error>(ErrorKind::modelBusy, "model " + model->label() + " has its calls in progress");
            mayBeFreeSoon_ = true;
            continue;
        }
        model_ = model;
        tries_ = 0;
        backoff_ = calls_.retry_.backoff;
        pause_ = {};
        return true;
    }
    return false;
}

Attempts::Progress Attempts::ask() {
    if (!model_ && !chooseModel()) giveUp();
    for (;;) {
        if (pause_.count() > 0) waitToRetry();
        if (!isFresh_) ++tries_;
        const ModelStatus answered = generate();
        if (following_) return Progress::followed;
        const Progress progress = conclude(answered);
        if (progress != Progress::again) return progress;
    }
}

void Attempts::askHere() {
    for (Progress progress = ask(); progress != Progress::answered;) {
        if (progress == Progress::again) {
            progress = ask();
            continue;
        }
        driveHere(*following_, *watched_);
        progress = streamEnded();
    }
}

void Attempts::waitToRetry() {
    reply_.enter(CallTimes::Phase::retry);
    const Stop stop = calls_.watch_.wait(caller_.clientDescriptor, std::exchange(pause_, {}));
    if (stop == Stop::none) return;
    const CallReport& report = reply_.report();
    throw errorOf(finalStatus(ModelStatus::unavailable, stop, report), stop, kind_, report);
}

ModelStatus Attempts::generate() {
    const auto left = timeLeft();
    request_.timeouts.totalMs = milliseconds(left);
    request_.freshConnection = isFresh_ ? 1 : 0;
    watched_.emplace(calls_.watch_, caller_.clientDescriptor, left,
                     Watchdog{&caller_.permit.overdueAt(), calls_.timeouts_.watchdog});
    watched_->belongTo(caller_.owner, caller_.beats);
    if (isFresh_) {
        reply_.startAnew(*watched_);
    } else {
        reply_.attach(*watched_, model_->name);
        connectUntil_ = Clock::now() + calls_.timeouts_.connect;
    }
    request_.timeouts.connectMs =
        milliseconds(std::chrono::ceil<std::chrono::milliseconds>(connectUntil_ - Clock::now()));
    const PluginRun running(model_->row);
    const auto [answered, breach] = generateBehindGate(*model_->instance, request_, reply_, calls_.noteAsked(*model_));
    watched_->guard(-1, {});
    if (breach) reply_.blame(breach);
    return takeStream(answered, breach != nullptr);
}

// The stream that generate() has given to follow(), if it has.
ModelStatus Attempts::takeStream(ModelStatus answered, bool isBroken) {
    if (IStream* const stream = givenStream(reply_, answered, isBroken))
        following_.emplace(*stream, reply_.peer(), *model_, reply_, request_.timeouts, calls_.asked_.at(model_).late);
    return answered;
}

Attempts::Progress Attempts::streamEnded() {
    const ModelStatus answered = following_->end();
    following_.reset();
    return conclude(answered);
}

// What an attempt has come to.
Attempts::Progress Attempts::conclude(ModelStatus answered) {
    if (!isFresh_ && wasAskedInVain(answered, reply_, connectUntil_)) {  // such a try does not count
        isFresh_ = true;
        reply_.detach();
        watched_.reset();
        return Progress::again;
    }
    isFresh_ = false;
    CallWatch::Call& call = *watched_;
    // A plugin that stopped by itself may have seen the client leave before the watch has.
    if (answered == ModelStatus::stopped && call.stop() == Stop::none) {
        const Stop seen = calls_.watch_.wait(caller_.clientDescriptor, std::chrono::milliseconds(0));
        if (seen != Stop::none) call.end(seen);
    }
    if (answered == ModelStatus::ok) reply_.checkWhole();
    reply_.detach();
    const Stop stop = call.stop();
    const bool isRevoked = call.isRevoked();
    const ModelStatus status = finalStatus(answered, stop, reply_.report());
    if (status != ModelStatus::ok) calls_.logFailure(*model_, status, stop, requestId_.str(), reply_.report());
    // Neither the worker's end speaks against a model, nor that of an account, nor a stream that was delivered until
    // its total time.
    const bool isLongAnswer = status == ModelStatus::timedOut && stop == Stop::totalExpired;
    const bool isNoEvidence = calls_.watch_.endsAll() || isRevoked || (isLongAnswer && reply_.hasBegun());
    if (!isNoEvidence) calls_.breaker_.record(*model_, status, reply_.report().retryAfter);
    watched_.reset();
    if (status == ModelStatus::ok) return Progress::answered;
    if (isRevoked && caller_.owner.key != 0)
        throw refusal(ErrorKind::userUnknown, "the API key is revoked or has expired, or its account may not call");
    if (isRevoked) throw Error(ErrorKind::notAllowed, "the account was disabled, deleted, or got another uuid");
    last_ = std::make_unique<Error>(errorOf(status, stop, kind_, reply_.report()));
    if (const int wish = last_->retryAfter(); wish > 0) wish_ = wish_ == 0 ? wish : std::min(wish_, wish);
    return moveOn(status);
}

// After a failure: to the same model after a pause, or to the next one, which may do better. Throws when none shall be
// tried.
Attempts::Progress Attempts::moveOn(ModelStatus status) {
    const auto left = timeLeft();
    if (left.count() <= 0 || reply_.hasBegun() || !isModelFault(status)) giveUp();
    if (status == ModelStatus::unavailable && tries_ < calls_.retry_.attempts && backoff_ < left) {
        pause_ = backoff_;
        backoff_ *= 2;
        return Progress::again;
    }
    if (!chooseModel()) giveUp();
    return Progress::again;
}

void Attempts::giveUp() const {
    if (!last_) throw Error(failureOf(kind_), "not tried");
    if (hasWish(*last_, kind_)) throw Error(last_->kind(), last_->what(), {}, mayBeFreeSoon_ ? 0 : wish_);
    throw *last_;
}

}  // namespace aiproject
