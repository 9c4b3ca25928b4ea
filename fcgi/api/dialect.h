// The border between a call and the dialect in which its client reads answers. A call has pieces and whole frames; one
// AnswerWriter per dialect makes of them what the client gets.
#pragma once

#include "aiproject/imodel.h"
#include "api/frame_look.h"
#include "base/error.h"
#include "base/token_estimate.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace aiproject {

// Where the frames of a stream go.
class FrameSink {
public:
    virtual ~FrameSink() = default;
    // One frame, which may wait for flush().
    virtual void put(std::string_view frame) = 0;
    // Sends what waits. False: the client has left.
    virtual bool flush() = 0;
    // Before put(): so much of the answer is taken with it. The sink notes it before it sends, so that a worker that is
    // killed in between has billed what may have arrived, never less.
    virtual void passing(const TokenEstimate& /*answer*/) {}
    // Ends an answer that cannot say itself that it is not whole: its client sees the connection break.
    virtual void abandon() {}
};

struct FramePlace {
    std::string_view id;       // the upstream's of this call, or the request's
    std::uint64_t number = 0;  // frames of the stream before it
};

// How an answer ended that is whole.
struct AnswerEnd {
    Usage usage;
    bool isBilled = false;  // the usage is what the bill says, so the client must read that
    Finish finish = Finish::stop;
};

// Why a stream broke.
struct Breakage {
    ErrorKind kind;
    int status;  // of HTTP
    std::string message;
};

// Of a writer that keeps the answer to its end: this piece is above the limit of what may be kept.
struct AnswerTooLong {};

// Puts frames into a sink. Belongs to one stream.
class AnswerWriter {
public:
    virtual ~AnswerWriter() = default;

    // The dialect of IReply::frame() whose frames this client reads as they are.
    virtual std::string_view frameDialect() const noexcept = 0;
    // One of them, byte for byte, and what was seen in it.
    virtual void frame(const FramePlace& place, std::string_view own, const FrameLook& look) = 0;
    // One of them that is not passed now: its pieces follow, or lastFrame() has it after the bill.
    virtual void meet(const FramePlace& /*place*/, const FrameLook& /*look*/) {}
    // The last one of them, with what the client must read beside it; with another usage where it says another than the
    // bill.
    virtual void lastFrame(const FramePlace& place, const std::string& own, const AnswerEnd& end) = 0;

    virtual void text(const FramePlace& place, std::string_view piece) = 0;
    virtual void thought(const FramePlace& place, std::string_view piece) = 0;
    // That the model will not answer, in its words.
    virtual void refusal(const FramePlace& place, std::string_view piece) { text(place, piece); }
    // Where nothing in this dialect can show them, toolCall() is not called.
    virtual bool showsToolCalls() const noexcept = 0;
    virtual void toolCall(const FramePlace& place, const ToolPiece& piece) = 0;
    // An answer of speech. Where it is not one, bytes() is not called.
    virtual bool takesBytes() const noexcept { return false; }
    virtual void bytes(const FramePlace& /*place*/, std::string_view /*piece*/) {}
    virtual void finish(const FramePlace& place, const AnswerEnd& end) = 0;
    // Instead of finish().
    virtual void broken(const FramePlace& place, const Breakage& why, const Usage& usage) = 0;
};

// How a client reads a stream, which the face that it speaks to knows.
struct StreamForm {
    enum class Framing {
        asAccepted,  // lines unless the client accepts events
        events,
        bytes,  // no frames: what is put goes out as it is
    };

    std::function<std::unique_ptr<AnswerWriter>(FrameSink&)> writer;  // borrows the sink
    Framing framing = Framing::asAccepted;
    // After so long a silence the client gets a comment, which is no event; 0: never.
    std::chrono::milliseconds comments{0};
    std::string contentType = {};  // of bytes
};

}  // namespace aiproject
