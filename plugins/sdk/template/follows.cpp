// @NAME@: a model that asks a service over HTTP and has the host follow the answer, which costs no thread. It sends
// {"question": "..."} and passes on the data of the server-sent events that come; put your service's question and
// answer there.
#include "aiproject/edge.h"
#include "aiproject/http_stream.h"
#include "aiproject/imodel.h"
#include "aiproject/json.h"

#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace {

using namespace aiproject;

// The answer on its way. The host calls it whenever bytes have come, and ends it when the client leaves or time is
// over.
class Answer final : public http::Stream {
public:
    using Stream::Stream;

private:
    ModelStatus take(std::string_view body, IReply& reply) override {
        for (http::Event event; events_.take(body, event);)
            if (!reply.text(event.data)) return ModelStatus::stopped;
        if (!events_.isBroken()) return ModelStatus::streaming;
        reply.explain("the service sent an event of more than 1 MiB");
        return ModelStatus::failed;
    }
    ModelStatus end(IReply& reply) override {
        http::Event event;
        if (events_.takeRest(event) && !reply.text(event.data)) return ModelStatus::stopped;
        return ModelStatus::ok;
    }

    http::EventReader events_;
};

class Model final : public IModel {
public:
    Model(std::shared_ptr<const http::Service> service, std::string key)
        : service_(std::move(service)), key_(std::move(key)) {}

    // From many threads at once. Connects and sends the question; the rest is the stream's.
    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        return atEdge(reply, [&] {
            http::Call call(service_, request, reply);
            return call.ask(questionOf(request)) ? http::follow<Answer>(call, reply) : call.status();
        });
    }
    void destroy() noexcept override { delete this; }

private:
    http::Question questionOf(const ModelRequest& request) const {
        http::Question question;
        if (!key_.empty()) question.headers = {{"Authorization", "Bearer " + key_}};
        question.body = json::Writer()
                            .beginObject()
                            .member("question", std::string_view(request.turns[request.turns.count - 1].content))
                            .endObject()
                            .take();
        return question;
    }

    const std::shared_ptr<const http::Service> service_;
    const std::string key_;
};

// model.@NAME@.url and model.@NAME@.api_key in the configuration file
constexpr Setting kSettings[] = {
    {"url", SettingType::text, nullptr, "", 0, 0, "", Secrecy::open, "of the service: https://HOST/PATH"},
    {"api_key", SettingType::text, "", "", 0, 0, "", Secrecy::secret, "opens the service; may be empty"},
};

IModel* create(const ISettings& settings) noexcept {
    return createAtEdge(settings, "url", [&]() -> IModel* {
        std::string fault;
        const auto service = http::Service::make(settings.text("url"), {}, fault);
        if (!service) {
            settings.reject("url", fault);
            return nullptr;
        }
        // So it is in no reason and no advice that http.h tells; for your own explain(): secrets.applied(...)
        service->secrets.add(settings.text("api_key"));
        settings.origin(service->url.host);
        return std::make_unique<Model>(service, settings.text("api_key").str()).release();
    });
}

constexpr ModelPlugin kPlugin = {
    kContractMajor,
    kContractMinor,
    "0.1",                               // of this plugin, for people
    "@NAME@: asks a service over HTTP",  // what it talks to
    std::uint32_t(Kind::text),
    0,  // abilities beyond plain turns
    {kSettings, std::size(kSettings)},
    &create,
};

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
