// Messages of chat and image understanding: what the host sees in each, beside a tree of it; and all of them on their
// way over a WebSocket, through the plugin's stream, into the host's one-piece answer. An input is the messages with an
// empty line between two.
#include "aiproject/testing.h"
#include "api/spark_frames.h"
#include "base/utf8.h"
#include "call/collect_reply.h"
#include "fuzz/target.h"
#include "iflytek/core/chat_stream.h"
#include "iflytek/core/json_reading.h"
#include "support/raw_web_socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

namespace aiproject::fuzz {
namespace {

using namespace iflytek;

// The same message, read off a tree of the whole of it: another way to the same sight.
class TreeOfAnswer {
public:
    explicit TreeOfAnswer(const std::string& json)
        : header_(memberObject(objectOf(json), "header")),
          payload_(memberObject(objectOf(json), "payload")),
          choices_(memberObject(payload_, "choices")),
          texts_(memberArray(choices_, "text")) {}

    void requireSame(const FrameLook& look) const {
        require(look.seen == seen(), "what is seen is the tree's");
        if (look.hasHalves) return;  // the tree has U+FFFD, and the look what may become whole
        require(look.upstreamId == memberText(header_, "sid"), "the id is the tree's");
        require(textOf(look, AnswerPiece::Kind::text) == textOf("content"), "the text is the tree's");
        require(textOf(look, AnswerPiece::Kind::thought) == textOf("reasoning_content"), "the thoughts are the tree's");
        const auto counts = memberObject(memberObject(payload_, "usage"), "text");
        if (!look.usage || !look.usage->fault.empty()) return;
        require(look.usage->total == memberInteger(counts, "total_tokens"), "the total is the tree's");
        require(look.usage->prompt == memberInteger(counts, "prompt_tokens"), "the prompt's tokens are the tree's");
    }

private:
    Seen seen() const {
        if (memberInteger(header_, "code") != 0) return Seen::error;
        if (memberInteger(header_, "status") == 2 || memberInteger(choices_, "status") == 2) return Seen::last;
        const bool hasOther = choices_.isNull() && !payload_.isNull() && payload_->size() > 0;
        return texts_.isNull() && !hasOther ? Seen::other : Seen::passed;
    }
    std::string textOf(const char* name) const {
        std::string text;
        for (unsigned i = 0; !texts_.isNull() && i < texts_->size(); ++i)
            text += memberText(texts_->getObject(i), name);
        return text;
    }
    static std::string textOf(const FrameLook& look, AnswerPiece::Kind kind) {
        std::string text;
        for (const AnswerPiece& piece : look.pieces)
            if (piece.kind == kind) text += piece.text;
        return text;
    }

    Poco::JSON::Object::Ptr header_, payload_, choices_;
    Poco::JSON::Array::Ptr texts_;
};

void requireSight(std::string_view message) {
    const FrameLook look = lookAtSpark(message);
    if (!look.isObject) return;
    require(isJson(message), "what the host lets through is JSON");
    if (!look.completed.empty()) {
        require(isJson(look.completed), "a completed frame is JSON");
        require(lookAtSpark(look.completed).completed.empty(), "a completed frame is complete");
        lookAtSpark(message);  // its views again
    }
    try {
        const TreeOfAnswer tree{std::string(message)};
        tree.requireSame(lookAtSpark(message));
    } catch (const CallFailure&) {
        return;  // more values than the plugin takes
    }
}

// What a plugin tells besides the answer.
class CheckedReply final : public testing::Reply {
public:
    explicit CheckedReply(CallReply& host) : host_(host) {}

    Seen frame(Text dialect, Text message) noexcept override {
        require(aiproject::isUtf8(message), "a message is UTF-8");
        return host_.frame(dialect, message);
    }
    bool text(Text piece) noexcept override { return host_.text(checked(piece)); }
    void explain(Text reason) noexcept override { host_.explain(checked(reason)); }
    void advise(Text sentence) noexcept override { host_.advise(checked(sentence)); }
    void retryAfter(std::uint32_t) noexcept override {}

private:
    static Text checked(Text text) {
        require(aiproject::isUtf8(text), "all text is UTF-8");
        return text;
    }

    CallReply& host_;
};

std::string served(std::string_view message) {
    std::string bytes(1, char(0x81));
    if (message.size() < 126)
        bytes += char(message.size());
    else
        bytes += {char(126), char(message.size() >> 8), char(message.size())};
    return bytes.append(message);
}

void tryService(Service service, const std::string& bytes) {
    static EventLoop loop;
    static CallWatch watch(loop);
    CallWatch::Call call(watch, -1, std::chrono::hours(1));
    CollectReply host(1UL << 30);
    host.attach(call);
    host.beFollowed();
    CheckedReply reply(host);

    std::array<int, 2> pair{};
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0, "there are sockets");
    require(send(pair[1], bytes.data(), bytes.size(), MSG_DONTWAIT) == ssize_t(bytes.size()), "an input fits");
    shutdown(pair[1], SHUT_WR);
    auto* const stream = new ChatStream(test::rawWebSocket(pair[0]), service);
    while (stream->advance(reply).next != Next::over) continue;
    const ModelStatus status = stream->status();
    stream->destroy();
    close(pair[1]);

    require(status != ModelStatus::streaming && status != ModelStatus::stale, "a stream has a status at its end");
    require(status == ModelStatus::ok || status == ModelStatus::stopped || !host.report().explanation.empty(),
            "a failure has a reason");
    require(aiproject::isUtf8(host.text()), "an answer is UTF-8");
    host.detach();
}

}  // namespace

void tryInput(std::string_view input) {
    constexpr std::size_t longest = 0xffff;  // of what is served in the short form
    std::string bytes;
    for (const std::string_view message : piecesOf(input, "\n\n")) {
        if (!aiproject::isUtf8(message) || message.size() > longest) return;  // no WebSocket lets it through
        requireSight(message);
        bytes += served(message);
    }
    for (const Service service : {Service::chat, Service::image}) tryService(service, bytes);
}

}  // namespace aiproject::fuzz
