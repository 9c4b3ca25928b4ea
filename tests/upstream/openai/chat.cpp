// The answer of /chat/completions, in one piece or in chunks.
#include "upstream/json_text.h"
#include "upstream/openai/answer.h"
#include "upstream/openai/services.h"
#include "upstream/utf8.h"

#include <ctime>

namespace aiproject::upstream::openai {

namespace {

using Poco::Dynamic::Var;
using Poco::JSON::Object;

constexpr std::size_t kReasoningChunks = 2;
constexpr std::size_t kArgumentChunks = 3;

Object functionOf(const std::string& name, const std::string& arguments) {
    return members({{"name", name}, {"arguments", arguments}});
}

// One answer's words: what all of its chunks have in common.
class Writer {
public:
    Writer(const ChatAsk& ask, const std::string& id, const Fault& fault)
        : ask_(ask), id_("chatcmpl-" + id), fault_(fault), created_(std::time(nullptr)) {}

    std::string whole(const Answer& answer) const {
        auto message = members({{"role", "assistant"},
                                {"content", answer.calls.empty() ? Var(answer.content) : Var()},
                                {"refusal", Var()}});
        if (!answer.reasoning.empty()) message.set(std::string(ask_.model->reasoning), answer.reasoning);
        if (!answer.calls.empty()) {
            Poco::JSON::Array calls;
            for (const auto& call : answer.calls)
                calls.add(members(
                    {{"id", call.id}, {"type", "function"}, {"function", functionOf(call.name, call.arguments)}}));
            message.set("tool_calls", calls);
        }
        auto body = envelope("chat.completion");
        body.set("choices",
                 elements({members(
                     {{"index", 0}, {"message", message}, {"logprobs", Var()}, {"finish_reason", finishOf(answer)}})}));
        if (fault_.kind != FaultKind::noUsage) body.set("usage", answer.usage);
        return textOf(body);
    }

    std::string chunk(const Object& delta, const Var& finish = {}, const Var& usage = {}) const {
        auto body = envelope("chat.completion.chunk");
        body.set("choices",
                 elements({members({{"index", 0}, {"delta", delta}, {"logprobs", Var()}, {"finish_reason", finish}})}));
        if (ask_.includeUsage) body.set("usage", usage);
        return textOf(body);
    }

    std::string usage(const Object& usage) const {
        auto body = envelope("chat.completion.chunk");
        body.set("choices", elements({}));
        body.set("usage", usage);
        return textOf(body);
    }

    // Legal, and without any news.
    std::vector<std::string> empties() const {
        auto bare = envelope("chat.completion.chunk");
        bare.set("choices", elements({}));
        return {textOf(bare), chunk(members({})), chunk(members({{"content", ""}})),
                chunk(members({{"content", Var()}, {"tool_calls", Var()}}))};
    }

    std::string finishOf(const Answer& answer) const {
        return fault_.kind == FaultKind::sensitiveAtEnd ? "content_filter" : answer.finish;
    }

private:
    Object envelope(const std::string& kind) const {
        return members({{"id", id_},
                        {"object", kind},
                        {"created", static_cast<std::int64_t>(created_)},
                        {"model", std::string(ask_.model->name)},
                        {"service_tier", "default"},
                        {"system_fingerprint", "fp_simulator"}});
    }

    const ChatAsk& ask_;
    const std::string id_;
    const Fault& fault_;
    const std::time_t created_;
};

void streamPieces(HttpOutlet& out, const Writer& writer, const std::string& member, const std::string& text,
                  std::size_t count) {
    if (text.empty()) return;
    for (const auto piece : piecesOf(text, count))
        out.chunk(false, writer.chunk(members({{member, std::string(piece)}})));
}

void streamCall(HttpOutlet& out, const Writer& writer, const ToolCall& call, int index) {
    const auto say = [&](const Object& part) {
        out.chunk(false, writer.chunk(members({{"tool_calls", elements({part})}})));
    };
    say(members({{"index", index}, {"id", call.id}, {"type", "function"}, {"function", functionOf(call.name, "")}}));
    for (const auto piece : piecesOf(call.arguments, kArgumentChunks))
        say(members({{"index", index}, {"function", members({{"arguments", std::string(piece)}})}}));
}

void stream(HttpOutlet& out, const Writer& writer, const ChatAsk& ask, const Answer& answer, int frames,
            const Fault& fault) {
    out.begin(writer.empties());
    out.chunk(false, writer.chunk(members({{"role", "assistant"}, {"content", ""}})));
    streamPieces(out, writer, std::string(ask.model->reasoning), answer.reasoning, kReasoningChunks);
    streamPieces(out, writer, "content", answer.content, static_cast<std::size_t>(frames));
    for (std::size_t i = 0; i < answer.calls.size(); ++i) streamCall(out, writer, answer.calls[i], static_cast<int>(i));
    const bool saysUsage = ask.includeUsage && fault.kind != FaultKind::noUsage;
    if (saysUsage && fault.kind == FaultKind::usageTwice)
        out.chunk(false, writer.chunk(members({}), {}, halfOf(answer.usage)));
    if (fault.kind != FaultKind::noFinish) out.chunk(true, writer.chunk(members({}), writer.finishOf(answer)));
    if (saysUsage) out.event(writer.usage(answer.usage));
    out.finish(fault.kind == FaultKind::noDone ? "" : "[DONE]");
}

}  // namespace

void chat(const Ask& ask, HttpOutlet& out, const Options& options, const Fault& fault) {
    const auto wanted = readChatAsk(ask.body);
    const auto answer = answerOf(wanted, "call_" + ask.id + "_");
    const Writer writer(wanted, ask.id, fault);
    if (wanted.stream)
        stream(out, writer, wanted, answer, options.answerFrames, fault);
    else
        out.say("application/json", writer.whole(answer));
}

}  // namespace aiproject::upstream::openai
