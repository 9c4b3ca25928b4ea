// What a worker's calls to models have in common. Used by many threads at once.
#pragma once

#include "call/breaker.h"
#include "call/call_reply.h"
#include "call/call_watch.h"
#include "config/config.h"
#include "host/model_registry.h"
#include "host/reply_gate.h"
#include "observe/log.h"

#include <atomic>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aiproject {

class ModelCalls {
public:
    // The models have rows on the board.
    ModelCalls(const ModelRegistry& registry, const Config& config, Log& log, EventLoop& loop);
    ~ModelCalls();
    ModelCalls(const ModelCalls&) = delete;
    ModelCalls& operator=(const ModelCalls&) = delete;

    const ModelRegistry& registry() const noexcept { return registry_; }
    // Throws Error where no model can do what the request needs; before anything is reserved.
    void requireAbilities(const std::vector<std::string>& names, const ModelRequest& request) const;
    // For a worker whose drain limit is over.
    void endAll() { watch_.endAll(); }
    // Who has calls in progress; and the end of those of one who may no longer call, with notAllowed.
    std::vector<CallOwner> owners() { return watch_.owners(); }
    void revoke(const CallOwner& owner) { watch_.revoke(owner); }

private:
    friend class Attempts;

    struct Asked {  // what this worker keeps of a model
        LateUse* late = nullptr;
        std::atomic<std::uint64_t> times{0};
        std::optional<std::chrono::steady_clock::time_point> slowAt;  // the loop's: when noteTurn() warned
    };

    std::vector<const Model*> modelsFor(const ModelRequest& request, const std::vector<std::string>& names) const;
    void arrange(std::vector<const Model*>& models, std::size_t begin) const;  // those from `begin` on
    LateUse* noteAsked(const Model& model);
    void noteTurn(const Model& model, std::chrono::nanoseconds duration);
    void logFailure(const Model& model, ModelStatus status, Stop stop, const std::string& requestId,
                    const CallReport& report) const;

    const ModelRegistry& registry_;
    const TimeoutConfig timeouts_;
    const RetryConfig retry_;
    const Breaker breaker_;
    Log& log_;
    std::map<const Model*, Asked> asked_;
    CallWatch watch_;
};

}  // namespace aiproject
