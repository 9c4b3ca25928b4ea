// A plugin of contract 2.0 that uses all of it: built against the copy of its header beside it, and never changed. What
// it does is the question's last turn; "echo" tells all that the request has.
#include "aiproject/imodel.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <iterator>
#include <new>
#include <string>

namespace {

using namespace aiproject;

static_assert(kContractMajor == 2 && kContractMinor == 0, "of this contract, whatever the tree has");

std::string numbers(double value) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%g", value);
    return text.data();
}

template <class T>
std::string optional(const char* name, const Optional<T>& value) {
    return value ? std::string(" ") + name + "=" + numbers(double(value.value)) : std::string();
}

// One word for each advance(), told by a byte in a socket pair of its own.
class Words final : public IStream {
public:
    Words() {
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair_.data());
        send(pair_[1], "abc", 3, MSG_NOSIGNAL);
    }
    int descriptor() const noexcept override { return pair_[0]; }
    Step advance(IReply& reply) noexcept override {
        char byte = 0;
        if (recv(pair_[0], &byte, 1, 0) != 1) return {Next::readable, 1000};
        if (!reply.text(std::string_view(&byte, 1))) return end(ModelStatus::stopped);
        if (byte != 'c') return Next::readable;
        Usage usage;
        usage.total = 3;
        reply.usage(usage);
        return end(ModelStatus::ok);
    }
    ModelStatus status() const noexcept override { return status_; }
    void destroy() noexcept override {
        close(pair_[0]);
        close(pair_[1]);
        delete this;
    }

private:
    Step end(ModelStatus status) {
        status_ = status;
        return Next::over;
    }

    std::array<int, 2> pair_{};
    ModelStatus status_ = ModelStatus::streaming;
};

class Everything final : public IModel {
public:
    explicit Everything(const ISettings& settings)
        : settings_(settings.text("greeting").str() + " " + std::to_string(settings.integer("count")) + " " +
                    numbers(settings.number("share")) + " " + (settings.flag("loud") ? "loud" : "low") + " " +
                    settings.text("way").str()) {}

    void start() noexcept override { isStarted_ = true; }
    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        reply.enter(Stage::connect);
        reply.enter(Stage::asked);
        reply.upstreamId("id-" + request.requestId.str());
        switch (request.kind) {
            case Kind::text: return text(request, reply);
            case Kind::voice: {
                Spoken part;
                part.end = 1.5;
                part.text = "voice";
                part.language = "en";
                reply.spoken(part);
                return say("voice " + std::to_string(request.media.size) + " " + request.format.str() + " " +
                               std::to_string(request.sampleRate),
                           reply);
            }
            case Kind::picture:
                return say("picture " + std::to_string(request.media.size) + " " + request.format.str(), reply);
            case Kind::embedding: {
                for (std::uint64_t i = 0; i < request.inputs.count; ++i) {
                    const std::array<float, 2> vector{float(request.inputs[i].size), 0.5F};
                    if (!reply.vector(vector.data(), vector.size())) return ModelStatus::stopped;
                }
                return ModelStatus::ok;
            }
            case Kind::speech: {
                const std::string said = request.inputs[0].str() + " by " + request.voice.str();
                return reply.bytes(said) ? ModelStatus::ok : ModelStatus::stopped;
            }
        }
        return ModelStatus::failed;
    }
    void destroy() noexcept override { delete this; }

private:
    static ModelStatus say(const std::string& text, IReply& reply) {
        return reply.text(text) ? ModelStatus::ok : ModelStatus::stopped;
    }
    ModelStatus text(const ModelRequest& request, IReply& reply) const {
        const std::string order = request.turns[request.turns.count - 1].content.str();
        if (order == "settings") return say(settings_ + (isStarted_ ? " started" : ""), reply);
        if (order == "echo") return echo(request, reply);
        if (order == "follow") return reply.follow(*new Words, "nobody");
        if (order == "guard") return guard(reply);
        if (order == "wait") return say(reply.wait(1) == Stop::none ? "waited" : "stopped", reply);
        if (order == "tool") return tool(reply);
        if (order == "frame") return frame(reply);
        if (order == "thought") {
            Usage usage;
            usage.prompt = 5;
            usage.cached = 1;
            usage.completion = 4;
            usage.reasoning = 2;
            usage.total = 9;
            reply.usage(usage);
            reply.finish(Finish::length);
            return reply.thought("hm") ? say("so", reply) : ModelStatus::stopped;
        }
        if (order == "busy") {
            reply.explain("on purpose");
            reply.retryAfter(7'000);
            return ModelStatus::busy;
        }
        reply.advise("no such order");
        return ModelStatus::badInput;
    }
    static ModelStatus echo(const ModelRequest& request, IReply& reply) {
        std::string text = request.size >= sizeof(ModelRequest) ? "whole" : "cut";
        for (std::uint64_t i = 0; i < request.turns.count; ++i) {
            const Turn turn = request.turns[i];
            text += " " + turn.role.str() + "/" + turn.content.str() + "/" + std::to_string(turn.parts.count) + "/" +
                    std::to_string(turn.toolCalls.count) + "/" + turn.toolCallId.str();
            for (std::uint64_t k = 0; k < turn.toolCalls.count; ++k)
                text += turn.toolCalls[k].name.str() + turn.toolCalls[k].arguments.str();
        }
        const Sampling& sampling = *request.sampling;
        text += optional("temperature", sampling.temperature) + optional("topP", sampling.topP) +
                optional("topK", sampling.topK) + optional("maxTokens", sampling.maxTokens) +
                optional("seed", sampling.seed) + optional("presence", sampling.presencePenalty) +
                optional("frequency", sampling.frequencyPenalty);
        for (std::uint64_t i = 0; i < sampling.stop.count; ++i) text += " stop=" + sampling.stop[i].str();
        text += " effort=" + sampling.reasoningEffort.str() + " format=" + request.responseFormat.str() +
                " dialect=" + request.dialect.str() + " body=" + (request.body.size > 0 ? "yes" : "no") +
                " user=" + (request.user.size > 0 ? "yes" : "no") +
                " fresh=" + std::to_string(request.freshConnection) + " trace=" + request.traceparent.str();
        const Timeouts& times = request.timeouts;
        text += times.connectMs > 0 && times.firstFrameMs > 0 && times.idleFrameMs > 0 && times.totalMs > 0 ? " timed"
                                                                                                            : " never";
        return say(text, reply);
    }
    // The host ends the wait of a blocked read.
    static ModelStatus guard(IReply& reply) {
        std::array<int, 2> pair{};
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) return ModelStatus::failed;
        reply.guard(pair[0], 10);
        char byte = 0;
        const ssize_t got = recv(pair[0], &byte, 1, 0);
        const Stop stop = reply.stop();
        reply.guard(-1, 0);
        close(pair[0]);
        close(pair[1]);
        return got == 0 && stop == Stop::guardExpired ? ModelStatus::timedOut : ModelStatus::failed;
    }
    static ModelStatus tool(IReply& reply) {
        ToolPiece piece;
        piece.id = "call-1";
        piece.name = "add";
        piece.arguments = "{\"a\":";
        if (!reply.toolCall(piece)) return ModelStatus::stopped;
        ToolPiece rest;
        rest.arguments = "1}";
        reply.finish(Finish::toolCalls);
        return reply.toolCall(rest) ? ModelStatus::ok : ModelStatus::stopped;
    }
    static ModelStatus frame(IReply& reply) {
        const Seen seen = reply.frame(
            "openai",
            R"({"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"framed"},"finish_reason":null}]})");
        return seen == Seen::passed ? ModelStatus::ok : ModelStatus::failed;
    }

    const std::string settings_;
    bool isStarted_ = false;
};

constexpr Setting kSettings[] = {
    {"greeting", SettingType::text, "hello", "", 0, 0, "", Secrecy::secret, "a text"},
    {"count", SettingType::integer, "3", "pieces", 1, 9, "", Secrecy::open, "a whole number"},
    {"share", SettingType::number, "0.5", "", 0, 1, "", Secrecy::open, "a number"},
    {"loud", SettingType::flag, "false", "", 0, 0, "", Secrecy::open, "a flag"},
    {"way", SettingType::choice, "left", "", 0, 0, "left|right", Secrecy::open, "a choice"},
};

IModel* create(const ISettings& settings) noexcept {
    if (settings.text("greeting").str() == "never") {
        settings.reject("greeting", "is never said");
        return nullptr;
    }
    settings.warn("greeting", "is only a test");
    settings.origin("the test of contract 2.0");
    settings.narrow(~std::uint64_t(Ability::penalties));
    settings.narrowKinds(31);
    return new (std::nothrow) Everything(settings);
}

constexpr ModelPlugin kPlugin = {
    kContractMajor,
    kContractMinor,
    "1.0",
    "all of contract 2.0",
    std::uint32_t(Kind::text) | std::uint32_t(Kind::voice) | std::uint32_t(Kind::picture) |
        std::uint32_t(Kind::embedding) | std::uint32_t(Kind::speech),
    std::uint64_t(Ability::tools) | std::uint64_t(Ability::sampling) | std::uint64_t(Ability::topK) |
        std::uint64_t(Ability::maxTokens) | std::uint64_t(Ability::stop) | std::uint64_t(Ability::seed) |
        std::uint64_t(Ability::penalties) | std::uint64_t(Ability::responseFormat) |
        std::uint64_t(Ability::reasoningEffort) | std::uint64_t(Ability::pngPictures),
    {kSettings, std::size(kSettings)},
    &create,
};

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
