#include "openai/service.h"

#include "openai/refusal.h"

#include <algorithm>

namespace aiproject::openai {
namespace {

constexpr std::size_t kRefusalBytes = 64UL * 1024;

bool isSuccess(const outbound::HttpHead& head) { return head.status >= 200 && head.status < 300; }

}  // namespace

Service::Service(const Upstream& upstream, const std::string& path)
    : links(std::make_shared<outbound::KeptLinks>(upstream.peer, upstream.warm)),
      form(upstream.peer.endpoint, upstream.peer.endpoint.path + path, upstream.headLines),
      secrets(upstream.secrets) {}

ModelStatus ServiceStream::take(std::string_view body, IReply& reply) {
    lookAtHead();
    if (isSuccess(head())) return takeBody(body, reply);
    refusal_.append(body.substr(0, kRefusalBytes - std::min(kRefusalBytes, refusal_.size())));
    return refusal_.size() < kRefusalBytes ? ModelStatus::streaming : end("", reply);
}

ModelStatus ServiceStream::end(const std::string& fault, IReply& reply) {
    lookAtHead();
    if (isSuccess(head())) return endBody(fault, reply);
    tellId(reply);
    throw failureOf(head().status, errorIn(refusal_), service_->secrets, {head().retryAfter, head().retryAfterMs});
}

void ServiceStream::tellId(IReply& reply) const {
    if (!head().requestId.empty()) reply.upstreamId(std::string_view(head().requestId));
}

void ServiceStream::lookAtHead() const {
    if (head().contentEncoding.empty()) return;
    throw CallFailure(ModelStatus::failed, "the upstream's answer is compressed (" +
                                               head().contentEncoding.substr(0, 32) +
                                               "), which was not asked for; check what stands before it");
}

void ServiceStream::failFor(std::string_view errorObject) const {
    throw failureOf(200, errorIn(errorObject), service_->secrets);
}

ModelStatus ObjectStream::takeBody(std::string_view body, IReply& /*reply*/) {
    if (body_.size() + body.size() > mostBytes_)
        throw CallFailure(ModelStatus::failed,
                          "the upstream's answer has more than " + std::to_string(mostBytes_) + " bytes");
    body_.append(body);
    return ModelStatus::streaming;
}

ModelStatus ObjectStream::endBody(const std::string& fault, IReply& reply) {
    tellId(reply);
    if (!fault.empty()) throw CallFailure(ModelStatus::unavailable, fault);
    return takeObject(body_, reply);
}

}  // namespace aiproject::openai
