// Spark chat: the dialog goes up in one message, the answer comes back in frames that clients get as
// they are.
#include "iflytek/core/answer_relay.h"
#include "iflytek/core/error_codes.h"
#include "iflytek/core/signed_connection.h"
#include "iflytek/spark_chat/chat_question.h"
#include "iflytek/spark_chat/chat_settings.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace {

using namespace aiproject;
using namespace aiproject::iflytek;

class SparkChat final : public IModel {
public:
    SparkChat(Upstream upstream, ChatSettings settings)
        : upstream_(std::move(upstream)), settings_(std::move(settings)) {}

    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        return answerAtEdge(reply, [&] {
            std::string question = chatQuestion(settings_, upstream_.credentials.appId, request);
            return relayAnswer(connections_, {Service::chat, std::move(question), request.timeouts}, reply);
        });
    }

    void start() noexcept override { connections_.start(); }
    void destroy() noexcept override { delete this; }

private:
    const Upstream upstream_;
    outbound::IdleLinks connections_{signedConnections(upstream_)};
    const ChatSettings settings_;
};

IModel* create(const ISettings& settings) noexcept {
    return createAtEdge(settings, "url", [&]() -> IModel* {
        // Both, whatever the other says, so that every fault is named at once.
        auto upstream = upstreamOf(settings);
        std::string said;  // what is wrong with the url, upstreamOf() has told
        const auto endpoint = outbound::endpointOf(settingText(settings, "url"), said);
        auto chat = endpoint ? chatSettingsOf(settings, *endpoint) : std::nullopt;
        if (!upstream || !chat) return nullptr;
        return std::make_unique<SparkChat>(std::move(*upstream), std::move(*chat)).release();
    });
}

const ModelPlugin kPlugin = {
    kContractMajor,
    kContractMinor,
    "1.0",
    "iFlytek Spark chat over WebSocket, all versions",
    std::uint32_t(Kind::text),
    kChatSettings.data(),
    kChatSettings.size(),
    &create,
};

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
