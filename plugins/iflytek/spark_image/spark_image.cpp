// Image understanding: one picture and one question of the operator's go up; the answer comes back as
// Spark chat's does.
#include "iflytek/core/chat_stream.h"
#include "iflytek/core/core_settings.h"
#include "iflytek/core/error_codes.h"
#include "iflytek/core/signed_connection.h"
#include "iflytek/spark_image/image_question.h"

#include <memory>

namespace {

using namespace aiproject;
using namespace aiproject::iflytek;

constexpr Setting kOwn[] = {
    {"domain", SettingType::choice, "imagev3", "", 0, 0, "general|imagev3", Secrecy::open,
     "imagev3 sees details, its tokens depend on the picture; general costs a fixed 273"},
    {"question", SettingType::text, "请识别图片中的全部文字，按阅读顺序原样输出。只输出文字内容，不要添加任何说明。",
     "", 0, 0, "", Secrecy::open, "what is asked about each picture"},
    {"temperature", SettingType::number, "0.5", "", 0.001, 1, "", Secrecy::open, "how freely it answers"},
    {"top_k", SettingType::integer, "4", "", 1, 6, "", Secrecy::open, "of so many candidates one is drawn"},
    {"max_tokens", SettingType::integer, "2048", "tokens", 1, 8192, "", Secrecy::open, "longest answer"},
    {"uid", SettingType::choice, "user", "", 0, 0, "user|none", Secrecy::open,
     "whether the upstream learns an opaque id of the user"},
};

constexpr auto kSettings = withCoreSettings({"wss://spark-api.cn-huabei-1.xf-yun.com/v2.1/image"}, kOwn);

class SparkImage final : public IModel {
public:
    SparkImage(const Upstream& upstream, const ImageSettings& settings)
        : connections_(signedConnections(upstream)), questions_(settings, upstream.credentials.appId) {}

    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        return answerAtEdge(reply, [&] {
            checkPicture(request.media);
            return askAndFollow(connections_, Service::image, request, questions_.of(request), reply);
        });
    }

    void start() noexcept override { connections_.start(); }
    void destroy() noexcept override { delete this; }

private:
    outbound::IdleLinks connections_;
    const ImageQuestions questions_;
};

IModel* create(const ISettings& settings) noexcept {
    return createAtEdge(settings, "url", [&]() -> IModel* {
        auto upstream = upstreamOf(settings);
        if (settings.text("question").size == 0) {
            settings.reject("question", "must not be empty");
            return nullptr;
        }
        if (!upstream) return nullptr;
        const ImageSettings image{chatParametersOf(settings), settingText(settings, "question")};
        return std::make_unique<SparkImage>(*upstream, image).release();
    });
}

constexpr ModelPlugin kPlugin = {
    kContractMajor,
    kContractMinor,
    "1.0",
    "iFlytek image understanding over WebSocket",
    std::uint32_t(Kind::picture),
    0,
    {kSettings.data(), kSettings.size()},
    &create,
};

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
