// One call by aiproject/http.h, blocking or followed, as a plugin makes it.
#pragma once

#include "aiproject/http_stream.h"
#include "aiproject/testing.h"
#include "support/time_factor.h"

#include <cppunit/TestAssert.h>

#include <memory>
#include <string>

namespace aiproject::test {

enum class Way { blocks, follows };

class BodyStream final : public http::Stream {
public:
    using Stream::Stream;

private:
    ModelStatus take(std::string_view body, IReply& reply) override {
        return reply.text(body) ? ModelStatus::streaming : ModelStatus::stopped;
    }
};

struct HttpModel final : IModel {
    HttpModel(std::shared_ptr<const http::Service> asked, Way how) : service(std::move(asked)), way(how) {}

    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        http::Call call(service, request, reply);
        if (!call.ask(question)) return call.status();
        if (way == Way::follows) return http::follow<BodyStream>(call, reply);
        while (const auto piece = call.read())
            if (!reply.text(*piece)) return ModelStatus::stopped;
        return call.status();
    }
    void destroy() noexcept override {}

    const std::shared_ptr<const http::Service> service;
    const Way way;
    http::Question question;
};

inline std::shared_ptr<http::Service> serviceAt(const std::string& url, const http::Trust& trust = {}) {
    std::string fault;
    auto service = http::Service::make(url, trust, fault);
    CPPUNIT_ASSERT_MESSAGE(fault, service != nullptr);
    return service;
}

struct HttpCall {
    explicit HttpCall(const std::shared_ptr<const http::Service>& service, Way way = Way::blocks)
        : model(service, way) {
        request.request.timeouts = {20'000, 20'000, 20'000, 60'000};
        for (auto* ms : {&request.request.timeouts.connectMs, &request.request.timeouts.firstFrameMs,
                         &request.request.timeouts.idleFrameMs, &request.request.timeouts.totalMs})
            *ms *= std::uint32_t(timeFactor());
    }

    ModelStatus run() {
        const ModelRequest& complete = request.complete();
        return reply.followed(model.generate(complete, reply), complete.timeouts);
    }

    HttpModel model;
    testing::Question request = testing::Question::text("hello");
    testing::Reply reply;
};

}  // namespace aiproject::test
