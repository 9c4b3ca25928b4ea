#include "call/client_call.h"

#include "call/call_to_bill.h"

#include <utility>

namespace aiproject {
namespace {

ModelRequest asked(ModelRequest request, const std::string& id, const Asker& asker) {
    request.requestId = std::string_view(id);
    request.user = std::string_view(asker.tag);
    return request;
}

}  // namespace

ClientCall::ClientCall(const CallServices& services, const Exchange& exchange, const CallToBill& bill,
                       const Asker& asker, Question question, CallReply& reply, StreamSink* sink)
    : reply_(reply),
      sink_(sink),
      requestId_(exchange.request().id),
      asker_(asker),
      question_(std::move(question)),
      questionTokens_(bill.questionTokens),
      voiceSeconds_(secondsOf(question_.request)),
      permit_(new Permit(services.permits.take(asker.key))),
      billed_(services.billing.begin(bill)),
      attempts_(
          services.models, question_.models, asked(question_.request, requestId_, asker_), reply_,
          {*permit_, services.config.billing.onClientGone == OnClientGone::drain ? -1 : exchange.clientDescriptor(),
           asker_.owner}) {
    // The journal of calls is told that a model is asked, and how much of its answer is about to go out.
    reply_.onAttempt([this] { billed_.noteAsked(reply_.report().model); });
    if (sink_) sink_->onWrite([this](std::int64_t tokens) { billed_.noteAnswer(tokens, reply_.report().model); });
}

ClientCall::~ClientCall() {
    reply_.onAttempt({});
    if (sink_) sink_->onWrite({});
}

Outcome ClientCall::outcomeOf(const Error& error) const noexcept {
    return error.kind() == ErrorKind::clientLeft ? Outcome::clientLeft : outcomeOfFault();
}

// False: no model was reached.
bool ClientCall::note(RequestRecord& record) const {
    const CallReport& report = reply_.report();
    record.upstreamId = report.upstreamId;
    record.frames = std::int64_t(report.frames);
    record.attempts = reply_.attempts();
    record.reason = report.explanation;  // of a good answer too; who fails says more
    return record.attempts > 0;
}

CallEnd ClientCall::endWith(Outcome outcome) const {
    const CallReport& report = reply_.report();
    CallEnd end;
    end.unit = unitOf(question_.request.kind);
    if (const auto& told = report.reported)
        end.reported =
            ReportedTokens{told->question, told->prompt, told->completion, told->total, told->cached, told->reasoning};
    end.questionTokens = questionTokens_;
    end.answerTokens = report.answer.tokens();
    end.voiceSeconds = voiceSeconds_;
    end.outcome = outcome;
    end.isWhole = outcome == Outcome::complete;
    if (end.isWhole && sink_ && sink_->isClientGone()) end.outcome = Outcome::clientLeft;
    // An answer in one piece that breaks reaches nobody; one whose client has left was made for that client.
    end.isDelivered = reply_.hasBegun() && (sink_ || outcome != Outcome::broken);
    return end;
}

Answerer ClientCall::answerer(Outcome outcome) const {
    const CallReport& report = reply_.report();
    const bool hasAnswered = outcome == Outcome::complete || reply_.hasBegun();
    return {hasAnswered ? report.model : std::string(), report.upstreamId};
}

// The last frame says what is billed.
Bill ClientCall::told(const Bill& bill, RequestRecord& record) {
    record.tokens = bill.amounts.tokens;
    if (question_.request.kind == Kind::text && bill.basis == Basis::reported)
        reply_.correctUsage(Usage(*reply_.report().reported));
    if (bill.basis == Basis::estimated) {
        Usage estimated;
        estimated.question = estimated.prompt = bill.tokensIn;
        estimated.completion = bill.tokensOut;
        estimated.total = bill.amounts.tokens;
        reply_.correctUsage(estimated);
    }
    return bill;
}

Bill ClientCall::settle(Outcome outcome, RequestRecord& record) {
    if (!note(record)) return {};
    return told(billed_.settle(endWith(outcome), answerer(outcome)), record);
}

void ClientCall::settle(Outcome outcome, RequestRecord& record, std::function<void()> done) {
    if (!note(record)) return done();
    told(billed_.settle(endWith(outcome), answerer(outcome), std::move(done)), record);
}

Bill ClientCall::answerHere(RequestRecord& record) {
    try {
        attempts_.askHere();
    } catch (const Error& error) {
        settle(outcomeOf(error), record);
        throw;
    } catch (...) {  // what was passed on is billed, whatever the reason
        settle(outcomeOfFault(), record);
        throw;
    }
    record.model = attempts_.model();
    return settle(Outcome::complete, record);
}

}  // namespace aiproject
