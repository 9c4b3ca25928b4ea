// A question on its way through the models of its route: limits, deadline, retries, fail-over before the first frame,
// and what a plugin's status means for the client.
#pragma once

#include "base/error.h"
#include "call/call_reply.h"
#include "call/following.h"
#include "call/model_calls.h"
#include "pool/permits.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace aiproject {

struct Caller {
    Permit& permit;
    int clientDescriptor;  // watched for the client's leaving; -1: none
    CallOwner owner = {};  // for revoke()
    WhileBlocked* beats = nullptr;
};

// One question on its way through its models, in order; those whose breaker is open come last. Between two functions it
// may change its thread: nothing of it lies on a stack.
class Attempts {
public:
    enum class Progress {
        answered,
        followed,  // the answer is on its way in a stream: following()
        again,     // that stream has failed before the client got anything: ask() has more to try
    };

    // Throws Error when there is no model to ask. All outlive it, but for `request` and what it points at, which are
    // needed until the answer has begun, and its id. Its timeouts and freshConnection are set here.
    Attempts(ModelCalls& calls, const std::vector<std::string>& models, ModelRequest& request, CallReply& reply,
             const Caller& caller);
    ~Attempts();
    Attempts(const Attempts&) = delete;
    Attempts& operator=(const Attempts&) = delete;

    // Blocks while plugins do, never answers `again`. Throws Error: what the client is told. reply.attempts() tells how
    // often a plugin was asked.
    Progress ask();
    // The stream is over, or must end. Blocks for nothing, never answers `followed`, throws as ask() does.
    Progress streamEnded();
    // ask(), and each stream driven to its end in this thread.
    void askHere();

    const std::string& model() const noexcept { return model_->name; }   // that is asked, or has answered
    int row() const noexcept { return model_ ? model_->row : kNobody; }  // its row
    Following& following() noexcept { return *following_; }
    CallWatch::Call& watched() noexcept { return *watched_; }
    // In the event loop, which was away so long for following().advance().
    void noteTurn(std::chrono::nanoseconds duration) { calls_.noteTurn(*model_, duration); }

private:
    bool chooseModel();
    ModelStatus generate();
    ModelStatus takeStream(ModelStatus answered, bool isBroken);
    Progress conclude(ModelStatus answered);
    Progress moveOn(ModelStatus status);
    [[noreturn]] void giveUp() const;
    void waitToRetry();
    std::chrono::milliseconds timeLeft() const;

    ModelCalls& calls_;
    ModelRequest& request_;  // only in generate(): a call that has begun has none
    const Kind kind_;
    const Text requestId_;
    CallReply& reply_;
    const Caller caller_;
    const std::chrono::steady_clock::time_point until_;  // for all that is tried
    std::vector<const Model*> models_;                   // to be asked; those whose breaker is open move to the end
    std::size_t next_ = 0, admitted_;                    // in models_: the next one, and how many were not seen yet
    const Model* model_ = nullptr;
    int tries_ = 0;         // of this model
    bool isFresh_ = false;  // this try is ModelRequest::freshConnection
    std::chrono::milliseconds backoff_{0}, pause_{0};
    std::unique_ptr<const Error> last_;                   // what the client is told when nothing more is tried
    bool mayBeFreeSoon_ = false;                          // one had its calls in progress: no wish is that short
    int wish_ = 0;                                        // in seconds, the shortest Retry-After so far; 0: none
    std::chrono::steady_clock::time_point connectUntil_;  // of this attempt
    std::optional<CallWatch::Call> watched_;
    std::optional<Following> following_;
};

}  // namespace aiproject
