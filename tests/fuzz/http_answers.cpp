// The bytes of an upstream after a question over HTTP: an answer, the events in it, and a chat completion that is
// followed.
#include "aiproject/testing.h"
#include "fuzz/target.h"
#include "openai/chat_stream.h"
#include "support/raw_web_socket.h"
#include "upstream/text.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>

namespace aiproject::fuzz {
namespace {

using namespace outbound;

// However the bytes are cut, the events are the same.
std::string eventsIn(std::string_view input, std::size_t piece) {
    HttpAnswer answer;
    EventLines lines;
    std::string all;
    try {
        while (!input.empty()) {
            std::string_view bytes = input.substr(0, piece);
            input.remove_prefix(bytes.size());
            while (!bytes.empty() && !answer.isWhole()) {
                std::string_view body = answer.take(bytes);
                while (const auto data = lines.take(body)) all.append(*data).append("\n");
            }
        }
        if (const auto rest = lines.takeRest()) all.append(*rest);
        all += answer.isWhole() ? " whole" : " not whole";
    } catch (const CallFailure& failure) {
        require(failure.status() == ModelStatus::failed, "what cannot be read has failed");
        require(isUtf8(failure.what()), "reasons are UTF-8");
        all += failure.what();
    }
    return all;
}

struct CheckedFrames final : testing::Reply {
    Seen frame(Text dialect, Text message) noexcept override {
        require(std::string_view(dialect) == "openai" && isUtf8(message), "a frame is UTF-8");
        return Seen::passed;
    }
    void explain(Text reason) noexcept override {
        isExplained = true;
        require(isUtf8(reason), "reasons are UTF-8");
    }
    void advise(Text sentence) noexcept override { require(isUtf8(sentence), "advice is UTF-8"); }

    bool isExplained = false;
};

void follow(std::string_view input) {
    static const auto service = [] {
        openai::Upstream upstream;
        upstream.peer.endpoint.transport = Transport::plain;
        return std::make_shared<const openai::Service>(upstream, "/chat/completions");
    }();
    std::array<int, 2> pair{};
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0, "there are sockets");
    const auto sent = send(pair[1], input.data(), input.size(), MSG_DONTWAIT);
    require(input.empty() || sent == ssize_t(input.size()), "an input fits into a socket's buffer");
    shutdown(pair[1], SHUT_WR);
    CheckedFrames reply;
    AskedHttp asked{std::make_unique<Link>(test::SocketOf(pair[0])), false, {}};
    auto* const stream = new openai::ChatStream(std::move(asked), service);
    while (stream->advance(reply).next != Next::over) continue;
    const ModelStatus status = stream->status();
    stream->destroy();
    close(pair[1]);
    require(status != ModelStatus::streaming && status != ModelStatus::stale, "a stream has a status at its end");
    require(status == ModelStatus::ok || reply.isExplained, "a failure has a reason");
    require(status != ModelStatus::ok || input.find("finish_reason") != std::string_view::npos ||
                input.find("[DONE]") != std::string_view::npos || input.find('{') != std::string_view::npos,
            "an answer without an end is none");
}

}  // namespace

void tryInput(std::string_view input) {
    require(eventsIn(input, 1) == eventsIn(input, input.size() + 1), "events do not depend on how bytes arrive");
    follow(input);
}

}  // namespace aiproject::fuzz
