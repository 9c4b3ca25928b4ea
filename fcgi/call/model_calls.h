// Runs one question on the models of a route: limits, deadline, attempts, fail-over before the first
// frame, and what the plugin's status means for the client. Used by many threads at once.
#pragma once

#include "base/error.h"
#include "call/breaker.h"
#include "call/call_reply.h"
#include "config/config.h"
#include "host/model_registry.h"
#include "host/reply_gate.h"
#include "observe/log.h"
#include "pool/permits.h"

#include <map>
#include <string>
#include <vector>

namespace aiproject {

struct Caller {
    Permit& permit;
    int clientDescriptor;  // watched for the client's leaving; -1: none
    CallOwner owner = {};  // for revoke()
};

class ModelCalls {
public:
    // The models have rows on the board.
    ModelCalls(const ModelRegistry& registry, const Config& config, Log& log, EventLoop& loop);
    ~ModelCalls();
    ModelCalls(const ModelCalls&) = delete;
    ModelCalls& operator=(const ModelCalls&) = delete;

    // Tries the models in order until one answers; answers its name. Those whose breaker is open come last.
    // Throws Error. `request` needs no timeouts. reply.attempts() tells how often a plugin was asked.
    std::string run(const std::vector<std::string>& models, const ModelRequest& request, CallReply& reply,
                    const Caller& caller);

    const ModelRegistry& registry() const noexcept { return registry_; }
    // For a worker whose drain limit is over.
    void endAll() { watch_.endAll(); }
    // Who has calls in progress; and the end of those of one who may no longer call, with notAllowed.
    std::vector<CallOwner> owners() { return watch_.owners(); }
    void revoke(const CallOwner& owner) { watch_.revoke(owner); }

private:
    struct Pending;
    struct Attempt;

    std::vector<const Model*> modelsFor(Kind kind, const std::vector<std::string>& names) const;
    bool serves(const Model& model, Pending& pending);
    Attempt attempt(const Model& model, Pending& pending);
    void waitToRetry(std::chrono::milliseconds pause, const Pending& pending) const;
    void logFailure(const Model& model, const Attempt& attempt, const Pending& pending);

    const ModelRegistry& registry_;
    const TimeoutConfig timeouts_;
    const RetryConfig retry_;
    const Breaker breaker_;
    Log& log_;
    std::map<const Model*, LateUse*> lateUses_;
    CallWatch watch_;
};

}  // namespace aiproject
