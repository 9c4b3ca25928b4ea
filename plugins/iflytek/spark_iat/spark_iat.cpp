// Voice dictation: a recording goes up in small pieces at a steady pace, its transcript comes back.
#include "iflytek/core/error_codes.h"
#include "iflytek/core/signed_connection.h"
#include "iflytek/spark_iat/audio_frames.h"
#include "iflytek/spark_iat/dictation.h"
#include "iflytek/spark_iat/dictation_settings.h"

#include <memory>

namespace {

using namespace aiproject;
using namespace aiproject::iflytek;

class SparkIat final : public IModel {
public:
    SparkIat(Upstream upstream, DictationSettings settings)
        : upstream_(std::move(upstream)), settings_(std::move(settings)) {}

    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        return answerAtEdge(reply, [&] {
            checkRecording(request);
            return Dictation(connections_, upstream_.credentials.appId, settings_, reply).run(request);
        });
    }

    void start() noexcept override { connections_.start(); }
    void destroy() noexcept override { delete this; }

private:
    const Upstream upstream_;
    outbound::IdleLinks connections_{signedConnections(upstream_)};
    const DictationSettings settings_;
};

IModel* create(const ISettings& settings) noexcept {
    return createAtEdge(settings, "url", [&]() -> IModel* {
        auto upstream = upstreamOf(settings, dictationUrl(settings));
        auto dictation = dictationSettingsOf(settings);
        if (!upstream || !dictation) return nullptr;
        return std::make_unique<SparkIat>(std::move(*upstream), std::move(*dictation)).release();
    });
}

const ModelPlugin kPlugin = {
    kContractMajor,
    kContractMinor,
    "1.0",
    "iFlytek voice dictation over WebSocket, classic and large-model",
    std::uint32_t(Kind::voice),
    0,
    {kDictationSettings.data(), kDictationSettings.size()},
    &create,
};

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
