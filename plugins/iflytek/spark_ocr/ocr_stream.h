// An answer of the service, collected as it comes.
#pragma once

#include "iflytek/spark_ocr/signed_service.h"
#include "upstream/http_stream.h"

#include <memory>
#include <string>
#include <string_view>

namespace aiproject::iflytek {

// With each character's place and candidates a full page has some megabytes.
constexpr std::size_t kMaxOcrAnswerBytes = 16UL * 1024 * 1024;

struct AskedOcr {
    outbound::AskedHttp http;
    SignedRequest request;
    bool isAskedAgain;  // so it is not asked once more
};

class OcrStream final : public outbound::HttpStream {
public:
    OcrStream(AskedOcr asked, std::shared_ptr<const SignedService> service);

private:
    ~OcrStream() override = default;
    ModelStatus take(std::string_view body, IReply& reply) override;
    ModelStatus end(const std::string& fault, IReply& reply) override;

    const std::shared_ptr<const SignedService> service_;
    const SignedRequest request_;
    const bool isAskedAgain_;
    std::string body_;
};

// Asks on a kept or new connection, and has the answer followed. Throws CallFailure.
ModelStatus askAndFollow(const std::shared_ptr<const SignedService>& service, const ModelRequest& request,
                         const outbound::HttpBody& body, IReply& reply);

}  // namespace aiproject::iflytek
