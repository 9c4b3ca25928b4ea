// What clients of OpenAI ask.
#include "base/utf8.h"
#include "http/envelope.h"
#include "routes/model_answers.h"
#include "routes/openai_chat.h"
#include "routes/openai_models.h"
#include "routes/routes.h"

#include <memory>
#include <utility>

namespace aiproject {
namespace {

void answerCompletion(Context& context, Question question, OpenAiHead head) {
    CollectReply reply(context.services.config.limits.answerBytes, CollectReply::Kept::all);
    answerInto(context, std::move(question), reply);
    const CallReport& report = reply.report();
    head.id = "chatcmpl-" + context.exchange.request().id;
    sendJson(context.exchange, 200, openAiCompletion(head, reply.answer(), report.finish, report.usage));
}

std::string modelJson(const Context& context, const std::string& name) {
    const ModelRegistry& registry = context.services.models.registry();
    const RouteConfig& routes = context.services.config.routes;
    const std::vector<const Model*> models = modelsNamed(name, registry, routes);
    if (!isOneFor(context.user->key, models, registry, routes))
        throw refusalOf("model", "The model '" + quotable(name, 128) + "' is not one for this API key.",
                        ErrorKind::noSuchModel);
    return openAiModelJson(name, models, kindsLedBy(name, registry, routes));
}

}  // namespace

void openAiChat(Context& context) {
    const auto chat = std::make_shared<OpenAiChat>(std::exchange(context.body, {}));
    const std::vector<const Model*> models =
        modelsNamed(chat->model(), context.services.models.registry(), context.services.config.routes);
    Question question{namesOf(models), chat->requestFor(models), chat,
                      chat->form(context.services.config.timeouts.comment)};
    if (chat->isStreamed())
        answerAsStream(context, std::move(question));
    else
        answerCompletion(context, std::move(question), chat->head());
}

void openAiModels(Context& context) {
    std::string list;
    for (const std::string& name :
         modelNames(context.services.models.registry(), context.services.config.routes, context.user->key))
        list.append(list.empty() ? "" : ",").append(modelJson(context, name));
    sendJson(context.exchange, 200, R"({"object":"list","data":[)" + list + "]}");
}

void openAiModel(Context& context) { sendJson(context.exchange, 200, modelJson(context, context.part)); }

}  // namespace aiproject
