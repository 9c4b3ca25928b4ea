// Spark chat: the dialog goes up in one message, and the answer is followed by the host.
#include "iflytek/core/chat_stream.h"
#include "iflytek/core/error_codes.h"
#include "iflytek/core/signed_connection.h"
#include "iflytek/spark_chat/chat_question.h"
#include "iflytek/spark_chat/chat_settings.h"

#include <memory>
#include <optional>
#include <string>

namespace {

using namespace aiproject;
using namespace aiproject::iflytek;

class SparkChat final : public IModel {
public:
    SparkChat(const Upstream& upstream, const ChatSettings& settings)
        : connections_(signedConnections(upstream)), questions_(settings, upstream.credentials.appId) {}

    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        return answerAtEdge(
            reply, [&] { return askAndFollow(connections_, Service::chat, request, questions_.of(request), reply); });
    }

    void start() noexcept override { connections_.start(); }
    void destroy() noexcept override { delete this; }

private:
    outbound::IdleLinks connections_;
    const ChatQuestions questions_;
};

IModel* create(const ISettings& settings) noexcept {
    return createAtEdge(settings, "url", [&]() -> IModel* {
        // Both, whatever the other says, so that every fault is named at once.
        auto upstream = upstreamOf(settings);
        std::string said;  // what is wrong with the url, upstreamOf() has told
        const auto endpoint = outbound::endpointOf(settingText(settings, "url"), said);
        auto chat = endpoint ? chatSettingsOf(settings, *endpoint) : std::nullopt;
        if (!upstream || !chat) return nullptr;
        return std::make_unique<SparkChat>(*upstream, *chat).release();
    });
}

const ModelPlugin kPlugin = {
    kContractMajor,
    kContractMinor,
    "1.0",
    "iFlytek Spark chat over WebSocket, all versions",
    std::uint32_t(Kind::text),
    std::uint64_t(Ability::sampling) | std::uint64_t(Ability::topK) | std::uint64_t(Ability::maxTokens),
    {kChatSettings.data(), kChatSettings.size()},
    &create,
};

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
