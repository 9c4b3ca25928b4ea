// The bytes of an upstream after the upgrade: frames that become messages.
#include "aiproject/testing.h"
#include "fuzz/target.h"
#include "support/raw_web_socket.h"
#include "upstream/call.h"
#include "upstream/text.h"
#include "upstream/web_stream.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace aiproject::fuzz {
namespace {

using namespace outbound;

// However the bytes are cut, the messages are the same.
std::string decoded(std::string_view input, std::size_t piece) {
    FrameDecoder decoder;
    std::string all;
    try {
        while (!input.empty()) {
            std::string_view bytes = input.substr(0, piece);
            input.remove_prefix(bytes.size());
            while (!bytes.empty())
                if (const auto frame = decoder.take(bytes)) {
                    require(frame->kind == FrameKind::text || frame->payload.size() <= 125, "control frames are small");
                    all += char(frame->kind) + std::string(frame->payload) + '\n';
                }
        }
    } catch (const FrameFault& fault) {
        all += fault.what();
    }
    return all;
}

// A pong that the upstream does not read is not waited for; in a call the host's guard ends that.
// Answers how many messages there were.
std::size_t readAll(int descriptor) {
    std::size_t messages = 0;
    testing::Reply reply;
    Deadlines deadlines(reply, Timeouts{1, 1, 1, 1}, "the upstream");
    Call reader(test::rawWebSocket(descriptor, {std::chrono::steady_clock::now()}), deadlines);  // closes it
    try {
        for (;;) {
            const std::string_view message = reader.receive();
            require(isUtf8(message), "a message is UTF-8");
            require(message.size() <= kMaxMessageBytes, "a message has its limit");
            ++messages;
        }
    } catch (const CallFailure& failure) {
        require(failure.status() != ModelStatus::ok, "a failure has a status");
        require(isUtf8(failure.what()), "reasons are UTF-8");
    }
    return messages;
}

class Counting final : public WebStream {
public:
    Counting(OpenWebSocket web, std::size_t& messages) : WebStream(std::move(web)), messages_(messages) {}

private:
    ModelStatus take(std::string_view message, IReply& /*reply*/) override {
        require(isUtf8(message), "a message is UTF-8");
        ++messages_;
        return ModelStatus::streaming;
    }

    std::size_t& messages_;
};

// As the host follows it. Answers how many messages there were.
std::size_t followAll(int descriptor) {
    testing::Reply reply;
    std::size_t messages = 0;
    auto* const stream = new Counting(test::rawWebSocket(descriptor), messages);
    while (stream->advance(reply).next != Next::over) continue;
    require(stream->status() == ModelStatus::unavailable || stream->status() == ModelStatus::failed,
            "a connection that ends is no end of an answer");
    stream->destroy();
    return messages;
}

// An upstream that has said this.
template <class Read>
auto afterwards(std::string_view input, Read&& read) {
    std::array<int, 2> pair{};
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0, "there are sockets");
    const auto [upstream, ours] = pair;
    const auto sent = send(upstream, input.data(), input.size(), MSG_DONTWAIT);
    require(input.empty() || sent == ssize_t(input.size()), "an input fits into a socket's buffer");
    shutdown(upstream, SHUT_WR);
    const auto messages = read(ours);
    close(upstream);
    return messages;
}

}  // namespace

void tryInput(std::string_view input) {
    require(decoded(input, 1) == decoded(input, input.size() + 1), "messages do not depend on how bytes arrive");
    require(afterwards(input, readAll) <= afterwards(input, followAll), "a stream has no message less than a call");
}

}  // namespace aiproject::fuzz
