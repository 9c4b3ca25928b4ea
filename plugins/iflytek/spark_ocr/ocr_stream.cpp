#include "iflytek/spark_ocr/ocr_stream.h"

#include "iflytek/core/error_codes.h"
#include "iflytek/spark_ocr/ocr_answer.h"

#include <utility>

namespace aiproject::iflytek {
namespace {

constexpr int kSuccess = 200;
constexpr std::size_t kMaxRefusalBytes = 64UL * 1024;

}  // namespace

OcrStream::OcrStream(AskedOcr asked, std::shared_ptr<const SignedService> service)
    : HttpStream(std::move(asked.http), service->links()),
      service_(std::move(service)),
      request_(std::move(asked.request)),
      isAskedAgain_(asked.isAskedAgain) {}

ModelStatus OcrStream::take(std::string_view body, IReply& reply) {
    if (!head().contentEncoding.empty())
        throw CallFailure(ModelStatus::failed, "the upstream's answer is compressed (" + head().contentEncoding +
                                                   "), which was not asked for; check what stands before it");
    if (head().status != kSuccess) {
        body_.append(body.substr(0, kMaxRefusalBytes - body_.size()));
        return body_.size() < kMaxRefusalBytes ? ModelStatus::streaming : end("", reply);
    }
    if (body.size() > kMaxOcrAnswerBytes - body_.size())
        throw CallFailure(ModelStatus::failed,
                          "the upstream's answer has more than " + std::to_string(kMaxOcrAnswerBytes) + " bytes");
    body_.append(body);
    return ModelStatus::streaming;
}

ModelStatus OcrStream::end(const std::string& fault, IReply& reply) {
    if (head().status != kSuccess) {
        failForErrorIn(body_);
        service_->fail({head().status, body_, head().date, request_, isAskedAgain_});
    }
    if (!fault.empty()) throw CallFailure(ModelStatus::unavailable, fault);
    const OcrAnswer answer = ocrAnswerIn(body_);
    reply.upstreamId(std::string_view(answer.id));
    return answer.text.empty() || reply.text(std::string_view(answer.text)) ? ModelStatus::ok : ModelStatus::stopped;
}

ModelStatus askAndFollow(const std::shared_ptr<const SignedService>& service, const ModelRequest& request,
                         const outbound::HttpBody& body, IReply& reply) {
    SignedRequest asked = service->signedNow();
    auto http = askHttp(*service->links(), request, reply, service->headFor(request, asked, body.size()), body);
    auto* const stream = new OcrStream({std::move(http), std::move(asked), request.freshConnection != 0}, service);
    return reply.follow(*stream, service->links()->name());  // whose it is from here on
}

}  // namespace aiproject::iflytek
