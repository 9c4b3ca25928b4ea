// The text in a picture: a signed HTTP question, as the original asked it.
#include "iflytek/core/error_codes.h"
#include "iflytek/spark_ocr/ocr_question.h"
#include "iflytek/spark_ocr/ocr_stream.h"

#include <memory>

namespace {

using namespace aiproject;
using namespace aiproject::iflytek;

constexpr auto kOcrSettings =
    coreSettings({"https://api.xf-yun.com/v1/private/hh_ocr_recognize_doc", "50", outbound::Protocol::http});

class SparkOcr final : public IModel {
public:
    explicit SparkOcr(const Upstream& upstream)
        : service_(std::make_shared<SignedService>(upstream)), questions_(upstream.credentials.appId) {}

    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        return answerAtEdge(reply,
                            [&] { return askAndFollow(service_, request, questions_.of(request.media), reply); });
    }

    void destroy() noexcept override { delete this; }

private:
    const std::shared_ptr<const SignedService> service_;
    const OcrQuestions questions_;
};

IModel* create(const ISettings& settings) noexcept {
    return createAtEdge(settings, "url", [&]() -> IModel* {
        auto upstream = upstreamOf(settings, {}, outbound::Protocol::http);
        return upstream ? std::make_unique<SparkOcr>(*upstream).release() : nullptr;
    });
}

const ModelPlugin kPlugin = {
    kContractMajor,
    kContractMinor,
    "1.0",
    "iFlytek text recognition over HTTP: reads text in pictures",
    std::uint32_t(Kind::picture),
    std::uint64_t(Ability::pngPictures),
    {kOcrSettings.data(), kOcrSettings.size()},
    &create,
};

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
