// Runs one question on a model: deadline, fail-over before the first frame, and what the plugin's
// status means for the client. Used by many threads at once.
#pragma once

#include "base/error.h"
#include "config/config.h"
#include "host/call_reply.h"
#include "host/model_registry.h"
#include "observe/log.h"

#include <string>
#include <vector>

namespace aiproject {

class ModelCalls {
public:
    ModelCalls(const ModelRegistry& registry, const TimeoutConfig& timeouts, Log& log)
        : registry_(registry), timeouts_(timeouts), log_(log) {}

    // Tries the models in order until one answers; answers its name. Throws Error. `request` needs no
    // timeouts. The client is watched through `clientDescriptor`.
    std::string run(const std::vector<std::string>& models, ModelRequest request, CallReply& reply,
                    int clientDescriptor);

    const ModelRegistry& registry() const noexcept { return registry_; }
    // For a worker whose drain limit is over.
    void endAll() { watch_.endAll(); }

private:
    struct Attempt;
    const Model* usable(const std::string& name, Kind kind) const;
    void logFailure(const Attempt& attempt, const ModelRequest& request, const CallReply& reply);

    const ModelRegistry& registry_;
    const TimeoutConfig timeouts_;
    Log& log_;
    CallWatch watch_;
};

// The kind's own "the model failed".
ErrorKind failureOf(Kind kind) noexcept;

}  // namespace aiproject
