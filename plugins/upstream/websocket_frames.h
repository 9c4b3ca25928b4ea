// A server's WebSocket frames (RFC 6455, 5) out of bytes, however they are cut: whole text messages, pings, pongs and
// the close. Pure: no socket and no time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace aiproject::outbound {

constexpr std::size_t kMaxMessageBytes = 1024UL * 1024;  // a token's frame has about 200

enum class FrameKind { text, ping, pong, close };

struct Frame {
    FrameKind kind;
    std::string_view payload;  // of text: the whole message, valid UTF-8
};

// The server broke RFC 6455, or said what these services never say. The connection must end.
class FrameFault : public std::runtime_error {  // what(): for the log
public:
    FrameFault(std::uint16_t closeCode, const std::string& what) : std::runtime_error(what), closeCode_(closeCode) {}
    std::uint16_t closeCode() const noexcept { return closeCode_; }  // what to close with, RFC 6455, 7.4.1

private:
    std::uint16_t closeCode_;
};

class FrameDecoder {
public:
    // Takes at most one frame off the front of `bytes`. Nothing: the frame was a part of a message, or has not come
    // as a whole, and then `bytes` is empty. The payload lies here or in `bytes` until the next call, which gives its
    // memory back. Throws FrameFault.
    std::optional<Frame> take(std::string_view& bytes);

    bool isInsideFrame() const noexcept { return !head_.empty(); }

private:
    bool takeHead(std::string_view& bytes);
    void checkStart() const;
    std::uint64_t announcedBytes() const;
    unsigned opcode() const noexcept;
    bool isFinal() const noexcept;
    bool isControl() const noexcept;

    std::string head_;        // of the frame that has begun
    std::uint64_t left_ = 0;  // bytes of its payload that have not come, once its head is whole
    bool hasHead_ = false;
    std::string control_, message_;  // what has come of them, unless it lies in `bytes` as a whole
    bool isOpen_ = false;            // a fragmented message has begun
};

// A client's pong or close frame, of at most 125 bytes. `mask` must be random.
std::string clientFrame(FrameKind kind, std::string_view payload, const std::array<unsigned char, 4>& mask);
// The payload of a close frame that says this code.
std::string closePayload(std::uint16_t code);

// What an upstream's close frame says, and whether it may (RFC 6455, 5.5.1 and 7.4).
struct CloseWords {
    std::string said;
    std::string fault;                    // how the frame breaks RFC 6455
    std::optional<std::uint16_t> answer;  // nothing: what it said itself
};
CloseWords closeWordsOf(std::string_view payload);

}  // namespace aiproject::outbound
