#include "routes/model_answers.h"

#include "routes/call_to_bill.h"

#include <algorithm>

namespace aiproject {
namespace {

// Frames as lines, as the original's clients read them, or as server-sent events.
class StreamSink final : public FrameSink {
public:
    StreamSink(Exchange& exchange, OnClientGone onClientGone)
        : exchange_(exchange),
          onClientGone_(onClientGone),
          asEvents_(exchange.request().accept.find("text/event-stream") != std::string::npos) {}

    bool send(std::string_view json) override {
        add(json);
        return flush();
    }
    bool hold(std::string_view json) override {
        constexpr std::size_t enough = 4096;
        add(json);
        return lines_.size() < enough || flush();
    }
    void passing(const TokenEstimate& answer) override { passed_ = answer.tokens(); }
    bool isClientGone() const noexcept { return isClientGone_; }

    // The call is told from now on what is passed on of its answer; nullptr: no longer.
    void tell(BilledCall* billed, const CallReply& reply) noexcept {
        billed_ = billed;
        reply_ = &reply;
    }

private:
    void add(std::string_view json) {
        if (asEvents_) lines_ += "data: ";
        const std::size_t begin = lines_.size();
        lines_ += json;
        // Between the tokens of a JSON text a line break means nothing; here it would end the frame.
        for (const char lineBreak : {'\n', '\r'})
            if (json.find(lineBreak) != std::string_view::npos)
                std::replace(lines_.begin() + std::ptrdiff_t(begin), lines_.end(), lineBreak, ' ');
        lines_ += asEvents_ ? "\n\n" : "\n";
    }
    // Once the client has gone, an answer that is read to its end all the same goes nowhere.
    bool flush() {
        // In the journal before it goes out; what is only held would be lost with this worker, and costs nothing.
        if (billed_) billed_->noteAnswer(passed_, reply_->report().model);
        if (!exchange_.started()) start();
        isClientGone_ = isClientGone_ || !exchange_.write(lines_);
        lines_.clear();
        return !isClientGone_ || onClientGone_ == OnClientGone::drain;
    }
    void start() {
        ResponseHead head;
        if (asEvents_) head.contentType = "text/event-stream; charset=utf-8";
        head.headers = {{"Cache-Control", "no-cache"}, {"X-Accel-Buffering", "no"}};
        exchange_.start(head);
    }

    Exchange& exchange_;
    const OnClientGone onClientGone_;
    const bool asEvents_;
    std::string lines_;        // held
    std::int64_t passed_ = 0;  // tokens of the answer, with these lines
    bool isClientGone_ = false;
    BilledCall* billed_ = nullptr;
    const CallReply* reply_ = nullptr;
};

std::uint64_t userKeyOf(const Context& context) {
    return context.user ? std::uint64_t(context.user->id) : userAt(context.exchange.request().remoteAddress);
}

// Where the answer goes: frame by frame into a sink, or, without one, into one piece.
struct Delivery {
    CallReply& reply;
    StreamSink* sink = nullptr;
};

// While models are asked, the journal of calls is told that they are, and how much of an answer is about to go out.
class Telling {
public:
    Telling(const Delivery& delivery, BilledCall& billed) : delivery_(delivery) {
        delivery_.reply.onAttempt([&billed] { billed.noteAsked(); });
        if (delivery_.sink) delivery_.sink->tell(&billed, delivery_.reply);
    }
    ~Telling() {
        delivery_.reply.onAttempt({});
        if (delivery_.sink) delivery_.sink->tell(nullptr, delivery_.reply);
    }
    Telling(const Telling&) = delete;
    Telling& operator=(const Telling&) = delete;

private:
    const Delivery& delivery_;
};

CallEnd endOf(const ModelRequest& request, const Delivery& delivery, Outcome outcome) {
    CallEnd end = callEnd(request, delivery.reply.report());
    end.outcome = outcome;
    end.isWhole = outcome == Outcome::complete;
    if (end.isWhole && delivery.sink && delivery.sink->isClientGone()) end.outcome = Outcome::clientLeft;
    // An answer in one piece that breaks reaches nobody; one whose client has left was made for that client.
    end.isDelivered = delivery.reply.hasBegun() && (delivery.sink || outcome != Outcome::broken);
    return end;
}

Outcome outcomeOfFault(const CallReply& reply) { return reply.hasBegun() ? Outcome::broken : Outcome::failed; }

Outcome outcomeOf(const Error& error, const CallReply& reply) {
    return error.kind() == ErrorKind::clientLeft ? Outcome::clientLeft : outcomeOfFault(reply);
}

// Before the client hears of the end.
Bill settle(Context& context, BilledCall& billed, const ModelRequest& request, const Delivery& delivery,
            Outcome outcome) {
    const CallReport& report = delivery.reply.report();
    RequestRecord& record = context.record;
    record.upstreamId = report.upstreamId;
    record.frames = std::int64_t(report.frames);
    record.attempts = delivery.reply.attempts();
    record.reason = report.explanation;  // of a good answer too; who fails says more
    if (record.attempts == 0) return {};
    const bool hasAnswered = outcome == Outcome::complete || delivery.reply.hasBegun();
    const Answerer answerer{hasAnswered ? report.model : std::string(), report.upstreamId};
    Bill bill = billed.settle(endOf(request, delivery, outcome), answerer);
    record.tokens = bill.amounts.tokens;
    // The last frame says what is billed.
    if (request.kind == Kind::text && bill.basis == Basis::reported)
        delivery.reply.correctUsage(Usage(*report.reported));
    if (bill.basis == Basis::estimated)
        delivery.reply.correctUsage({bill.tokensIn, bill.tokensIn, bill.tokensOut, bill.amounts.tokens});
    return bill;
}

// The reservation checks a user who was only recalled; where nothing is reserved, that is done here.
CallToBill callOf(Context& context, const Question& question) {
    CallToBill call = callToBill(context, question);
    if (!call.epoch || call.isHeld()) return call;
    confirmUser(context);
    return callToBill(context, question);
}

// What the call costs, when it ends well. It is on disk then.
Bill run(Context& context, const Question& question, const Delivery& delivery) {
    // What the question needs of it, it has copied. The tree is many times the text, and an answer may take long.
    context.json.reset();
    const Services& services = context.services;
    Permit permit = services.permits.take(userKeyOf(context));
    BilledCall billed = services.billing.begin(callOf(context, question));
    if (context.user) context.user->isConfirmed = true;
    ModelRequest request = question.request;
    request.requestId = std::string_view(context.exchange.request().id);
    Caller caller{permit, context.exchange.clientDescriptor()};
    if (services.config.billing.onClientGone == OnClientGone::drain) caller.clientDescriptor = -1;
    if (context.user) {
        request.user = std::string_view(context.user->tag);
        caller.owner = {context.user->id, context.user->epoch};
    }
    try {
        const Telling telling(delivery, billed);
        context.record.model = services.models.run(question.models, request, delivery.reply, caller);
    } catch (const Error& error) {
        settle(context, billed, request, delivery, outcomeOf(error, delivery.reply));
        throw;
    } catch (...) {  // what was passed on is due, whyever it ended
        settle(context, billed, request, delivery, outcomeOfFault(delivery.reply));
        throw;
    }
    return settle(context, billed, request, delivery, Outcome::complete);
}

}  // namespace

void answerInOnePiece(Context& context, const Question& question) {
    CollectReply reply(context.services.config.limits.answerBytes);
    const Bill bill = run(context, question, {reply});
    Poco::JSON::Object answer;
    answer.set("content", reply.text());
    if (question.request.kind == Kind::text) answer.set("consume_token", bill.amounts.tokens);
    sendSuccess(context.exchange, "answered", answer);
}

void answerAsStream(Context& context, const Question& question) {
    StreamSink sink(context.exchange, context.services.config.billing.onClientGone);
    StreamReply reply(sink, context.exchange.request().id);
    const auto breakOff = [&](const Error& error) {
        if (reply.hasBegun()) reply.finishBroken(faceOf(error.kind()).status, sentenceOf(error));
    };
    try {
        run(context, question, {reply, &sink});
        reply.finish();
    } catch (const Error& error) {
        breakOff(error);
        throw;
    } catch (const std::exception& e) {
        breakOff(Error(ErrorKind::internal, describe(e)));
        throw;
    }
}

}  // namespace aiproject
