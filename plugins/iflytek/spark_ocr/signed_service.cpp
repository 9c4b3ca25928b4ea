#include "iflytek/spark_ocr/signed_service.h"

#include "iflytek/core/error_codes.h"
#include "iflytek/core/refusal.h"

#include <utility>

namespace aiproject::iflytek {

SignedService::SignedService(Upstream upstream)
    : upstream_(std::move(upstream)), links_(std::make_shared<outbound::KeptLinks>(upstream_.peer, upstream_.warm)) {}

SignedRequest SignedService::signedNow() const {
    const Endpoint& endpoint = upstream_.peer.endpoint;
    return {endpoint.host, endpoint.path, httpDate(upstream_.clock() + clockOffset_), "POST"};
}

std::string SignedService::headFor(const ModelRequest& asked, const SignedRequest& request,
                                   std::size_t bodyBytes) const {
    const std::string target = signedTarget(upstream_.credentials, request);
    return outbound::HttpForm(upstream_.peer.endpoint, target, {}).head(asked, bodyBytes, "application/json");
}

void SignedService::fail(const Refused& refused) const {
    constexpr std::size_t mostQuoted = 300;
    const std::string words = redactionOf(upstream_.credentials, refused.request).applied(refused.body);
    const Refusal refusal{refused.status, words.substr(0, mostQuoted), refused.date, upstream_.clock(), "question"};
    const CallFailure failure = failureOf(refusal, upstream_.peer.endpoint.url());
    const auto offset = clockOffset(refusal);
    if (!offset) throw failure;
    clockOffset_ = offset->count();
    if (refused.isAskedAgain) throw failure;
    throw CallFailure(ModelStatus::stale, "signed with the upstream's time, since: " + std::string(failure.what()));
}

}  // namespace aiproject::iflytek
