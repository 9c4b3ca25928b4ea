#include "routes/model_answers.h"

#include "api/documented.h"
#include "call/call_to_bill.h"
#include "call/streamed_call.h"
#include "routes/openai_models.h"
#include "routes/request_times.h"

#include <algorithm>
#include <utility>

namespace aiproject {
namespace {

CallServices servicesOf(const Context& context) {
    const Services& services = context.services;
    return {services.config, services.permits, services.billing, services.models};
}

Asker askerOf(const Context& context) {
    if (!context.user) return {userAt(context.exchange.request().remoteAddress)};
    const User& user = *context.user;
    // Keys stay good when the uuid ends.
    return {std::uint64_t(user.id), {user.id, user.key.id == 0 ? user.epoch : 0, user.key.id}, user.tag, user.name};
}

CallToBill callToBill(const Context& context, const Question& question) {
    const Services& services = context.services;
    return callToBill(context.exchange.request(), question, context.user ? &*context.user : nullptr,
                      services.models.registry(), services.config);
}

// A key that names models may use no others.
void keepAllowed(const Context& context, Question& question) {
    if (!context.user || question.models.empty()) return;
    const UsedKey& key = context.user->key;
    std::vector<std::string>& models = question.models;
    const std::string first = models.front();
    const auto isForbidden = [&](const std::string& name) {
        return !mayUse(key, name, context.services.models.registry(), context.services.config.routes);
    };
    models.erase(std::remove_if(models.begin(), models.end(), isForbidden), models.end());
    if (models.empty())
        throw Error(ErrorKind::notAllowed, "key " + std::to_string(key.id) + " may not use the model " + first,
                    "this API key may not use the model " + first)
            .concerning("model");
}

// The reservation checks a user who was only recalled; where nothing is reserved, that is done here.
CallToBill callOf(Context& context, Question& question) {
    keepAllowed(context, question);
    context.services.models.requireAbilities(question.models, question.request);
    // What the question needs of it, it has copied. The tree is many times the text, and an answer may take long.
    context.json.reset();
    question.trace = upstreamTraceOf(context.exchange.request(), context.record);
    CallToBill call = callToBill(context, question);
    if (!context.user || context.user->isConfirmed || call.isHeld()) return call;
    confirmUser(context);
    return callToBill(context, question);
}

void noteConfirmed(Context& context) {
    if (context.user) context.user->isConfirmed = true;
}

}  // namespace

Bill answerInto(Context& context, Question question, CallReply& reply) {
    const CallToBill bill = callOf(context, question);
    context.record.times.enter(CallTimes::Phase::reservation);
    ClientCall call(servicesOf(context), context.exchange, bill, askerOf(context), std::move(question), reply, nullptr);
    noteConfirmed(context);
    return call.answerHere(context.record);
}

void answerInOnePiece(Context& context, Question question) {
    const Kind kind = question.request.kind;
    CollectReply reply(context.services.config.limits.answerBytes);
    const Bill billed = answerInto(context, std::move(question), reply);
    Poco::JSON::Object answer;
    answer.set("content", reply.text());
    if (kind == Kind::text) answer.set("consume_token", billed.amounts.tokens);
    sendSuccess(context.exchange, "answered", answer);
}

void answerAsStream(Context& context, Question question) {
    FollowedCalls& followed = context.services.followed;
    const FollowedCalls::Limits& limits = followed.limits();
    if (followed.count() >= limits.streams)
        throw Error(ErrorKind::modelBusy, std::to_string(limits.streams) +
                                              " streams are open in this worker, as many as " + limits.key + " allows");
    const CallToBill bill = callOf(context, question);
    if (!question.form.writer)
        question.form.writer = [](FrameSink& sink) { return std::make_unique<DocumentedWriter>(sink); };
    context.record.times.enter(CallTimes::Phase::reservation);
    const auto call = std::make_shared<StreamedCall>(servicesOf(context), followed, context.exchange, bill,
                                                     askerOf(context), std::move(question));
    noteConfirmed(context);
    if (call->ask(context.record)) call->follow(std::move(context.request), context.end);
}

}  // namespace aiproject
