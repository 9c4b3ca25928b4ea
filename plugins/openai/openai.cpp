// A model behind any service that speaks OpenAI's protocol: dialogs, pictures, recordings or embeddings.
#include "openai/chat_question.h"
#include "openai/chat_stream.h"
#include "openai/embeddings.h"
#include "openai/refusal.h"
#include "openai/speech.h"
#include "openai/transcription.h"
#include "upstream/json_reading.h"

#include <memory>
#include <string>
#include <utility>

namespace {

using namespace aiproject;
using namespace aiproject::openai;

constexpr std::string_view kJson = "application/json";

class TextModel final : public IModel {
public:
    TextModel(const Upstream& upstream, ChatDefaults defaults)
        : service_(std::make_shared<Service>(upstream, "/chat/completions")),
          questions_(std::move(defaults), upstream.model) {}

    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        return outbound::answerAtEdge(
            reply, [&] { return askAndFollow<ChatStream>(service_, request, questions_.of(request), kJson, reply); });
    }
    void destroy() noexcept override { delete this; }

private:
    const std::shared_ptr<const Service> service_;
    const ChatQuestions questions_;
};

class PictureModel final : public IModel {
public:
    PictureModel(const Upstream& upstream, ChatDefaults defaults, const std::string& question)
        : service_(std::make_shared<Service>(upstream, "/chat/completions")),
          questions_(std::move(defaults), upstream.model),
          quotedQuestion_(outbound::quotedJson(question)) {}

    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        return outbound::answerAtEdge(reply, [&] {
            const auto body = questions_.ofPicture(request, quotedQuestion_);
            return askAndFollow<ChatStream>(service_, request, body, kJson, reply);
        });
    }
    void destroy() noexcept override { delete this; }

private:
    const std::shared_ptr<const Service> service_;
    const ChatQuestions questions_;
    const std::string quotedQuestion_;
};

class VoiceModel final : public IModel {
public:
    VoiceModel(const Upstream& upstream, TranscriptionSettings settings)
        : service_(std::make_shared<Service>(upstream, "/audio/transcriptions")), settings_(std::move(settings)) {}

    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        return outbound::answerAtEdge(reply, [&] {
            const std::string boundary = newBoundary();
            const auto body = transcriptionQuestion(request, settings_, boundary);
            return askAndFollow<TranscriptionStream>(service_, request, body, formTypeOf(boundary), reply);
        });
    }
    void destroy() noexcept override { delete this; }

private:
    const std::shared_ptr<const Service> service_;
    const TranscriptionSettings settings_;
};

class EmbeddingModel final : public IModel {
public:
    explicit EmbeddingModel(const Upstream& upstream)
        : service_(std::make_shared<Service>(upstream, "/embeddings")),
          quotedModel_(outbound::quotedJson(upstream.model)) {}

    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        return outbound::answerAtEdge(reply, [&] {
            const auto body = embeddingQuestion(request, quotedModel_);
            return askAndFollow<EmbeddingStream>(service_, request, body, kJson, reply, request.inputs.count);
        });
    }
    void destroy() noexcept override { delete this; }

private:
    const std::shared_ptr<const Service> service_;
    const std::string quotedModel_;
};

class SpeechModel final : public IModel {
public:
    SpeechModel(const Upstream& upstream, SpeechSettings settings)
        : service_(std::make_shared<Service>(upstream, "/audio/speech")), settings_(std::move(settings)) {}

    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        return outbound::answerAtEdge(reply, [&] {
            const bool isWav = std::string_view(request.format) == "audio/wav";
            return askAndFollow<SpeechStream>(service_, request, speechQuestion(request, settings_), kJson, reply,
                                              isWav);
        });
    }
    void destroy() noexcept override { delete this; }

private:
    const std::shared_ptr<const Service> service_;
    const SpeechSettings settings_;
};

IModel* textModel(const ISettings& settings, const Upstream& upstream, const Dialect& dialect) {
    settings.narrowKinds(std::uint32_t(Kind::text));
    settings.narrow(abilitiesOf(settings, dialect));
    return std::make_unique<TextModel>(upstream, chatDefaultsOf(settings, dialect)).release();
}

IModel* pictureModel(const ISettings& settings, const Upstream& upstream, const Dialect& dialect) {
    const std::string question = outbound::settingText(settings, "question");
    if (question.empty()) {
        settings.reject("question", "must not be empty");
        return nullptr;
    }
    settings.narrowKinds(std::uint32_t(Kind::picture));
    settings.narrow(0);
    return std::make_unique<PictureModel>(upstream, chatDefaultsOf(settings, dialect), question).release();
}

IModel* voiceModel(const ISettings& settings, const Upstream& upstream) {
    settings.narrowKinds(std::uint32_t(Kind::voice));
    settings.narrow(std::uint64_t(Ability::sampling));
    TranscriptionSettings voice{upstream.model, outbound::settingText(settings, "language"),
                                outbound::settingText(settings, "prompt"),
                                transcriptsOf(outbound::settingText(settings, "transcripts"), upstream.model)};
    return std::make_unique<VoiceModel>(upstream, std::move(voice)).release();
}

IModel* embeddingModel(const ISettings& settings, const Upstream& upstream, const Dialect& dialect) {
    settings.narrowKinds(std::uint32_t(Kind::embedding));
    settings.narrow(dialect.tokenInputs == Does::yes ? std::uint64_t(Ability::tokenInputs) : 0);
    return std::make_unique<EmbeddingModel>(upstream).release();
}

IModel* speechModel(const ISettings& settings, const Upstream& upstream) {
    settings.narrowKinds(std::uint32_t(Kind::speech));
    settings.narrow(0);
    SpeechSettings speech{upstream.model, outbound::settingText(settings, "voice")};
    return std::make_unique<SpeechModel>(upstream, std::move(speech)).release();
}

IModel* create(const ISettings& settings) noexcept {
    return createAtEdge(settings, "url", [&]() -> IModel* {
        const Dialect& dialect = dialectOf(settings.text("dialect"));
        const auto upstream = upstreamOf(settings, dialect);
        if (!upstream) return nullptr;
        settings.origin(originOf(*upstream, dialect));
        const std::string kind = outbound::settingText(settings, "kind");
        if (kind == "picture") return pictureModel(settings, *upstream, dialect);
        if (kind == "voice") return voiceModel(settings, *upstream);
        if (kind == "embedding") return embeddingModel(settings, *upstream, dialect);
        if (kind == "speech") return speechModel(settings, *upstream);
        return textModel(settings, *upstream, dialect);
    });
}

constexpr std::uint64_t kEveryAbility = (std::uint64_t(Ability::jsonSchema) << 1U) - 1;

const ModelPlugin kPlugin = {
    kContractMajor,
    kContractMinor,
    "1.0",
    "any service that speaks OpenAI's protocol, over HTTP",
    std::uint32_t(Kind::text) | std::uint32_t(Kind::picture) | std::uint32_t(Kind::voice) |
        std::uint32_t(Kind::embedding) | std::uint32_t(Kind::speech),
    kEveryAbility,
    {kSettings.data(), kSettings.size()},
    &create,
};

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
