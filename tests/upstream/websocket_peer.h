// The server's side of RFC 6455 over a Wire, strict about what clients must do. It owns the control
// frames: pings are answered, pongs counted, a close frame is echoed and ends the conversation.
// One thread.
#pragma once

#include "upstream/call_log.h"
#include "upstream/wire.h"

#include <optional>
#include <string>
#include <string_view>

namespace aiproject::upstream {

enum class Opcode : unsigned char { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };
enum class Fragment { whole, first, between, last };

struct Message {
    bool isText;
    std::string payload;
};

class WebSocketPeer {
public:
    WebSocketPeer(Wire& wire, CallRecord& record) : wire_(wire), record_(record) {}

    // The next whole message; nothing when the limit has passed, whatever control frames came.
    // Throws ConversationOver when the client has left, FramingError when it broke the protocol.
    std::optional<Message> receive(std::chrono::milliseconds limit);

    void send(Opcode opcode, std::string_view payload, Fragment fragment = Fragment::whole);
    // Only the header of a text frame that would have so many bytes.
    void announce(std::uint64_t size);
    // Each byte on its own from now on, so far apart.
    void drip(std::chrono::milliseconds pause) { drip_ = pause; }
    // Waits without reading; throws ConversationOver when the client closes TCP.
    void rest(std::chrono::milliseconds time) { wire_.rest(time); }
    // Says goodbye (nothing may be sent after it), and waits for the client's; then it is over.
    // code 0: a close frame without one.
    [[noreturn]] void close(int code, std::string_view reason);
    // TCP ends without a close frame.
    [[noreturn]] void drop();
    // Takes and forgets what comes until the client leaves.
    [[noreturn]] void waitForLeave();

private:
    struct Frame {
        Opcode opcode;
        bool final;
        std::string payload;
    };

    Frame readFrame();
    std::uint64_t readSize(unsigned char sizeByte);
    std::optional<Message> join(Frame frame);
    void answerClose(const std::string& payload);
    void write(const std::string& bytes);

    Wire& wire_;
    CallRecord& record_;
    std::optional<std::chrono::milliseconds> drip_;
    std::optional<Message> unfinished_;  // its fragments so far
    bool closeSent_ = false;
};

}  // namespace aiproject::upstream
