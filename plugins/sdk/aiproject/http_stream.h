// An answer over HTTP that the host follows: generate() asks with http::Call, and gives the rest to a Stream. It costs
// no thread, and time is the host's business.
//
//   class Words final : public http::Stream {
//       using Stream::Stream;
//       ModelStatus take(std::string_view body, IReply& reply) override {
//           for (http::Event event; events_.take(body, event);)
//               if (!reply.text(event.data)) return ModelStatus::stopped;
//           if (!events_.isBroken()) return ModelStatus::streaming;
//           reply.explain("an event of more than 1 MiB");        // what follows it is lost: never `ok`
//           return ModelStatus::failed;
//       }
//       ModelStatus end(IReply& reply) override {                // the last event may lack its empty line
//           http::Event event;
//           if (events_.takeRest(event) && !reply.text(event.data)) return ModelStatus::stopped;
//           return ModelStatus::ok;       // where the service says when it is done: `unavailable` if it has not
//       }
//       http::EventReader events_;
//   };
//   // generate(): if (!call.ask(question)) return call.status();
//   //             return http::follow<Words>(call, reply);
#pragma once

#include "aiproject/edge.h"
#include "aiproject/http.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace aiproject::http {

class Stream : public IStream {
public:
    explicit Stream(Exchange exchange) noexcept : exchange_(std::move(exchange)) {}
    virtual ~Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    int descriptor() const noexcept final { return exchange_.connection.descriptor(); }
    Step advance(IReply& reply) noexcept final {
        Next next = Next::over;
        status_ = atEdge(reply, [&] { return readOnce(reply, next); });
        return status_ == ModelStatus::streaming ? next : Next::over;
    }
    ModelStatus status() const noexcept final { return status_; }
    void destroy() noexcept final { delete this; }

protected:
    // The next piece of the body of a success. `streaming`: there is more to come; another status ends the call, `ok`
    // where the answer is whole by what stands in it.
    virtual ModelStatus take(std::string_view body, IReply& reply) = 0;
    // The body has ended as it should.
    virtual ModelStatus end(IReply& /*reply*/) { return ModelStatus::ok; }

    // In take() and end(); before: of status 0 and without fields.
    const Head& head() const noexcept { return detail::headOf(answer_); }

private:
    ModelStatus readOnce(IReply& reply, Next& next) {
        std::array<char, 16'384> buffer;  // on the stack, since a stream that waits needs none
        detail::Connection& connection = exchange_.connection;
        const detail::Io io = connection.receive(buffer.data(), buffer.size());
        next = io == detail::Io::writable ? Next::writable : connection.hasPending() ? Next::again : Next::readable;
        switch (io) {
            case detail::Io::readable:
            case detail::Io::writable: return ModelStatus::streaming;
            case detail::Io::done: return takeAll({buffer.data(), connection.moved()}, reply);
            default: return ended(io, reply);
        }
    }
    ModelStatus takeAll(std::string_view bytes, IReply& reply) {
        ModelStatus status = ModelStatus::streaming;
        while (!bytes.empty() && !answer_.isWhole() && status == ModelStatus::streaming) {
            const std::string_view body = answer_.take(bytes);
            if (!answer_.fault().empty())
                return fail(ModelStatus::failed, "the upstream's HTTP answer " + answer_.fault(), reply);
            if (!body.empty()) status = takeBody(body, reply);
        }
        return status == ModelStatus::streaming && answer_.isWhole() ? endBody(reply) : status;
    }
    ModelStatus takeBody(std::string_view body, IReply& reply) {
        if (isSuccess(head().status)) {
            const std::string fault = detail::encodingFaultOf(head());
            return fault.empty() ? take(body, reply) : fail(ModelStatus::failed, fault, reply);
        }
        refusal_.append(body.substr(0, detail::kRefusalBytes - std::min(detail::kRefusalBytes, refusal_.size())));
        return refusal_.size() < detail::kRefusalBytes ? ModelStatus::streaming : endBody(reply);
    }
    ModelStatus endBody(IReply& reply) {
        if (isSuccess(head().status)) return end(reply);
        return detail::tellRefusal(*exchange_.service, head(), refusal_, reply);
    }
    ModelStatus ended(detail::Io io, IReply& reply) {
        const bool isWhole = answer_.endsWithConnection() && io == detail::Io::ended;
        if (isWhole || (answer_.head() && !isSuccess(head().status))) return endBody(reply);
        return fail(ModelStatus::unavailable, detail::lossOf(answer_, exchange_.connection, exchange_.broke), reply);
    }
    ModelStatus fail(ModelStatus status, const std::string& reason, IReply& reply) const {
        reply.explain(exchange_.service->secrets.applied(reason));
        return status;
    }

    Exchange exchange_;
    Answer answer_;
    std::string refusal_;  // the beginning of the body of another status
    ModelStatus status_ = ModelStatus::streaming;
};

// Right after call.ask(): what generate() returns. A Followed is made of an Exchange and of `more`.
template <class Followed, class... More>
ModelStatus follow(Call& call, IReply& reply, More&&... more) {
    Exchange exchange = call.release();
    const std::string peer = exchange.service->url.authority();
    auto* const stream = new Followed(std::move(exchange), std::forward<More>(more)...);
    return reply.follow(*stream, peer);
}

}  // namespace aiproject::http
