// A client's question to a model, with its bill: permit, reservation, attempts, and one settlement however it ends.
// Used by one thread at a time, which may change between two functions.
#pragma once

#include "billing/billing.h"
#include "call/attempts.h"
#include "call/client_request.h"
#include "call/model_calls.h"
#include "call/stream_sink.h"
#include "config/config.h"
#include "pool/permits.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace aiproject {

// Who asks.
struct Asker {
    std::uint64_t key;  // for the permits
    CallOwner owner = {};
    std::string tag = {};   // ModelRequest::user
    std::string name = {};  // for people
};

// Headers of W3C Trace Context; empty: there are none.
struct UpstreamTrace {
    std::string parent, state;
};

struct Question {
    std::vector<std::string> models;  // in order of preference
    ModelRequest request;
    std::shared_ptr<const void> source = {};  // what `request` points into; null: the caller keeps that
    StreamForm form = {};                     // of an answer that is streamed
    UpstreamTrace trace = {};                 // which `request` is made to point into
};

struct CallServices {
    const Config& config;
    Permits& permits;
    Billing& billing;
    ModelCalls& models;
};

class ClientCall {
public:
    // Takes the permit, then reserves; holds neither when it throws Error. `sink`: where a streamed answer goes, null
    // for one in one piece. What is borrowed outlives this object, the exchange the question's answer.
    ClientCall(const CallServices& services, const Exchange& exchange, const CallToBill& bill, Asker asker,
               Question question, CallReply& reply, StreamSink* sink);
    ~ClientCall();
    ClientCall(const ClientCall&) = delete;
    ClientCall& operator=(const ClientCall&) = delete;

    Attempts& attempts() noexcept { return attempts_; }
    // Frees the question. Once the answer has begun: then it is not asked again.
    void dropQuestion() noexcept { question_.reset(); }

    // Once, before the client hears of the end. What the call costs is on disk when it returns, or when `done` is
    // called, by another thread; the reply says it. A call that reached no model has no bill.
    Bill settle(Outcome outcome, RequestRecord& record);
    void settle(Outcome outcome, RequestRecord& record, std::function<void()> done);
    // The event loop has the call from now on, or a thread again. Before free().
    void setFollowed(bool isFollowed) noexcept { permit_->setFollowed(isFollowed); }
    // Gives the permit back: after the settlement, and before the client hears of the end, so that its next call finds
    // room.
    void free() noexcept { permit_.reset(); }

    // Asks and settles in this thread. Throws Error after its settlement.
    Bill answerHere(RequestRecord& record);

    Outcome outcomeOf(const Error& error) const noexcept;
    Outcome outcomeOfFault() const noexcept { return reply_.hasBegun() ? Outcome::broken : Outcome::failed; }

private:
    void tell(CallState state) const noexcept;
    bool note(RequestRecord& record) const;
    CallEnd endWith(Outcome outcome) const;
    Answerer answerer() const;
    Bill told(Bill bill, RequestRecord& record);

    CallReply& reply_;
    StreamSink* const sink_;
    const std::string_view requestId_;  // the exchange's
    const Asker asker_;
    const Kind kind_;
    std::unique_ptr<Question> question_;  // until the answer has begun
    const std::int64_t questionTokens_, voiceSeconds_;
    std::unique_ptr<Permit> permit_;
    BilledCall billed_;
    Attempts attempts_;
};

}  // namespace aiproject
