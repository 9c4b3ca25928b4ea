// The bytes of an upstream after the upgrade: frames that become messages.
#include "fuzz/target.h"
#include "support/raw_web_socket.h"
#include "upstream/call.h"
#include "upstream/text.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace aiproject::fuzz {
namespace {

using namespace outbound;

class SilentReply final : public IReply {
public:
    bool frame(Text) noexcept override { return true; }
    bool heldFrame(Text) noexcept override { return true; }
    bool lastFrame(Text) noexcept override { return true; }
    bool delta(Text) noexcept override { return true; }
    void usage(const Usage&) noexcept override {}
    void upstreamId(Text) noexcept override {}
    void explain(Text) noexcept override {}
    void advise(Text) noexcept override {}
    void guard(int, std::uint32_t) noexcept override {}
    Stop stop() noexcept override { return Stop::none; }
    int clientDescriptor() const noexcept override { return -1; }
};

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
void readAll(int descriptor) {
    SilentReply reply;
    Deadlines deadlines(reply, Timeouts{1, 1, 1, 1}, "the upstream");
    Call reader(test::rawWebSocket(descriptor, {std::chrono::steady_clock::now()}), deadlines);  // closes it
    try {
        for (;;) {
            reader.hasMessage();
            const std::string_view message = reader.receive();
            require(isUtf8(message), "a message is UTF-8");
            require(message.size() <= kMaxMessageBytes, "a message has its limit");
        }
    } catch (const CallFailure& failure) {
        require(failure.status() != ModelStatus::ok, "a failure has a status");
        require(isUtf8(failure.what()), "reasons are UTF-8");
    }
}

}  // namespace

void tryInput(std::string_view input) {
    require(decoded(input, 1) == decoded(input, input.size() + 1), "messages do not depend on how bytes arrive");
    std::array<int, 2> pair{};
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0, "there are sockets");
    const auto [upstream, ours] = pair;
    const auto sent = send(upstream, input.data(), input.size(), MSG_DONTWAIT);
    require(input.empty() || sent == ssize_t(input.size()), "an input fits into a socket's buffer");
    shutdown(upstream, SHUT_WR);
    readAll(ours);
    close(upstream);
}

}  // namespace aiproject::fuzz
