#include "call/client_call.h"

#include "call/call_to_bill.h"
#include "host/kind_names.h"

#include <utility>

namespace aiproject {
namespace {

std::unique_ptr<Question> asked(Question question, std::string_view id, const Asker& asker) {
    question.request.requestId = id;
    question.request.user = std::string_view(asker.tag);
    auto kept = std::make_unique<Question>(std::move(question));
    kept->request.traceparent = std::string_view(kept->trace.parent);
    kept->request.tracestate = std::string_view(kept->trace.state);
    return kept;
}

}  // namespace

ClientCall::ClientCall(const CallServices& services, const Exchange& exchange, const CallToBill& bill, Asker asker,
                       Question question, CallReply& reply, StreamSink* sink)
    : reply_(reply),
      sink_(sink),
      requestId_(exchange.request().id),
      asker_(std::move(asker)),
      kind_(question.request.kind),
      question_(asked(std::move(question), requestId_, asker_)),
      questionTokens_(bill.questionTokens),
      voiceSeconds_(secondsOf(question_->request)),
      permit_(new Permit(services.permits.take(asker_.key))),
      billed_(services.billing.begin(bill)),
      attempts_(
          services.models, question_->models, question_->request, reply_,
          {*permit_, services.config.billing.onClientGone == OnClientGone::drain ? -1 : exchange.clientDescriptor(),
           asker_.owner, sink}) {
    permit_->tellUser(asker_.name);
    reply_.onFirst([this] { tell(CallState::answering); });
    // The journal of calls is told that a model is asked, and how much of its answer is about to go out.
    reply_.onAttempt([this] {
        tell(CallState::asked);
        billed_.noteAsked(reply_.report().model);
    });
    if (sink_) sink_->onWrite([this](std::int64_t tokens) { billed_.noteAnswer(tokens, reply_.report().model); });
}

ClientCall::~ClientCall() {
    reply_.onAttempt({});
    reply_.onFirst({});
    if (sink_) sink_->onWrite({});
}

Outcome ClientCall::outcomeOf(const Error& error) const noexcept {
    return error.kind() == ErrorKind::clientLeft ? Outcome::clientLeft : outcomeOfFault();
}

void ClientCall::tell(CallState state) const noexcept {
    if (permit_) permit_->setState(state);
}

// False: no model was reached.
bool ClientCall::note(RequestRecord& record) const {
    const CallReport& report = reply_.report();
    record.upstreamId = report.upstreamId;
    record.frames = std::int64_t(report.frames);
    record.attempts = reply_.attempts();
    record.reason = report.explanation;  // of a good answer too; who fails says more
    if (record.attempts == 0) return false;
    record.model = report.model;
    CallTimes& times = record.times;
    times.enter(CallTimes::Phase::settle);
    record.call = CallRecord{attempts_.row(), indexOf(kind_), times.since(CallTimes::Phase::reservation)};
    if (sink_ && times.firstFrame())
        record.call->untilFirst = *times.firstFrame() - times.part(CallTimes::Phase::reservation).first;
    if (record.trace && record.trace->span != 0) record.call->name = report.model;
    tell(CallState::settling);
    return true;
}

CallEnd ClientCall::endWith(Outcome outcome) const {
    const CallReport& report = reply_.report();
    CallEnd end;
    end.unit = unitOf(kind_);
    if (const auto& told = report.reported)
        end.reported =
            ReportedTokens{told->question, told->prompt, told->completion, told->total, told->cached, told->reasoning};
    end.questionTokens = questionTokens_;
    end.answerTokens = report.answer.tokens();
    end.voiceSeconds = voiceSeconds_;
    end.spokenSeconds = report.spoken.seconds();
    end.outcome = outcome;
    end.isWhole = outcome == Outcome::complete;
    if (end.isWhole && sink_ && sink_->isClientGone()) end.outcome = Outcome::clientLeft;
    // An answer in one piece that breaks reaches nobody; one whose client has left was made for that client.
    end.isDelivered = reply_.hasBegun() && (sink_ || outcome != Outcome::broken);
    return end;
}

Answerer ClientCall::answerer() const {
    const CallReport& report = reply_.report();
    return {report.model, report.upstreamId};
}

// The last frame says what is billed.
Bill ClientCall::told(Bill bill, RequestRecord& record) {
    record.tokens = bill.amounts.tokens;
    if (record.call) record.call->bill = bill;
    if (kind_ == Kind::text && bill.basis == Basis::reported) reply_.correctUsage(Usage(*reply_.report().reported));
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
    Bill bill = told(billed_.settle(endWith(outcome), answerer()), record);
    record.times.enter(CallTimes::Phase::end);
    return bill;
}

void ClientCall::settle(Outcome outcome, RequestRecord& record, std::function<void()> done) {
    if (!note(record)) return done();
    told(billed_.settle(endWith(outcome), answerer(), std::move(done)), record);
}

Bill ClientCall::answerHere(RequestRecord& record) {
    reply_.timeIn(&record.times);
    try {
        attempts_.askHere();
    } catch (const Error& error) {
        settle(outcomeOf(error), record);
        throw;
    } catch (...) {  // what was passed on is billed, whatever the reason
        settle(outcomeOfFault(), record);
        throw;
    }
    return settle(Outcome::complete, record);
}

}  // namespace aiproject
