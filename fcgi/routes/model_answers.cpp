#include "routes/model_answers.h"

#include <algorithm>

namespace aiproject {
namespace {

// Frames as lines, as the original's clients read them, or as server-sent events.
class StreamSink final : public FrameSink {
public:
    explicit StreamSink(Exchange& exchange)
        : exchange_(exchange), asEvents_(exchange.request().accept.find("text/event-stream") != std::string::npos) {}

    bool send(std::string_view json) override {
        add(json);
        return flush();
    }
    bool hold(std::string_view json) override {
        constexpr std::size_t enough = 4096;
        add(json);
        return lines_.size() < enough || flush();
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
    bool flush() {
        if (!exchange_.started()) start();
        const bool isSent = exchange_.write(lines_);
        lines_.clear();
        return isSent;
    }
    void start() {
        ResponseHead head;
        if (asEvents_) head.contentType = "text/event-stream; charset=utf-8";
        head.headers = {{"Cache-Control", "no-cache"}, {"X-Accel-Buffering", "no"}};
        exchange_.start(head);
    }

    Exchange& exchange_;
    const bool asEvents_;
    std::string lines_;  // held
};

enum class Ending { complete, broken, noAnswer };

// What was reported is charged once something was answered; a picture only when its answer is complete. Who had no
// limit when the call began pays nothing.
// The answer is out: a database that fails now must not undo that.
void charge(const Context& context, Kind kind, Ending ending, const CallReport& report) {
    if (!context.user || ending == Ending::noAnswer) return;
    Spending spending;
    if (kind == Kind::text && context.user->tokens >= 0) spending.tokens = report.usage.total;
    if (kind == Kind::picture && ending == Ending::complete && context.user->picTimes >= 0) spending.pictures = 1;
    if (spending.tokens == 0 && spending.pictures == 0) return;
    try {
        context.services.accounts.charge(context.user->id, spending);
    } catch (const std::exception& e) {
        LogLine line("not charged");
        line.field("id", context.exchange.request().id)
            .field("user", context.user->name)
            .number("tokens", spending.tokens)
            .number("pictures", spending.pictures)
            .field("reason", describe(e));
        context.services.log.error(line.str());
    }
}

std::uint64_t userKeyOf(const Context& context) {
    return context.user ? std::uint64_t(context.user->id) : userAt(context.exchange.request().remoteAddress);
}

void run(Context& context, const Question& question, CallReply& reply) {
    // What the question needs of it, it has copied. The tree is many times the text, and an answer may take long.
    context.json.reset();
    Permit permit = context.services.permits.take(userKeyOf(context));
    ModelRequest request = question.request;
    request.requestId = std::string_view(context.exchange.request().id);
    if (context.user) request.user = std::string_view(context.user->tag);
    const auto settle = [&](Ending ending) {
        context.record.upstreamId = reply.report().upstreamId;
        context.record.frames = std::int64_t(reply.report().frames);
        context.record.tokens = reply.report().usage.total;
        context.record.attempts = reply.attempts();
        context.record.reason = reply.report().explanation;  // of a good answer too; who fails says more
        charge(context, request.kind, ending, reply.report());
    };
    try {
        const Caller caller{permit, context.exchange.clientDescriptor()};
        context.record.model = context.services.models.run(question.models, request, reply, caller);
    } catch (...) {
        settle(reply.hasBegun() ? Ending::broken : Ending::noAnswer);
        throw;
    }
    settle(Ending::complete);
}

void requireQuota(const Context& context, Kind kind) {
    if (!context.user) return;
    if (kind == Kind::text && context.user->tokens == 0) throw Error(ErrorKind::tokensSpent, "no tokens left");
    if (kind == Kind::picture && context.user->picTimes == 0)
        throw Error(ErrorKind::picturesSpent, "no picture calls left");
}

}  // namespace

void answerInOnePiece(Context& context, const Question& question) {
    requireQuota(context, question.request.kind);
    CollectReply reply(context.services.config.limits.answerBytes);
    run(context, question, reply);
    Poco::JSON::Object answer;
    answer.set("content", reply.text());
    if (question.request.kind == Kind::text) answer.set("consume_token", reply.report().usage.total);
    sendSuccess(context.exchange, "answered", answer);
}

void answerAsStream(Context& context, const Question& question) {
    requireQuota(context, question.request.kind);
    StreamSink sink(context.exchange);
    StreamReply reply(sink, context.exchange.request().id);
    const auto breakOff = [&](const Error& error) {
        if (reply.hasBegun()) reply.finishBroken(faceOf(error.kind()).status, sentenceOf(error));
    };
    try {
        run(context, question, reply);
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
