// The border between a call and the dialect in which its client reads answers. A call has pieces and whole frames; one
// AnswerWriter per dialect makes of them what the client gets.
#pragma once

#include "aiproject/imodel.h"
#include "base/token_estimate.h"

#include <cstdint>
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
};

struct FramePlace {
    std::string_view id;       // the upstream's of this call, or the request's
    std::uint64_t number = 0;  // frames of the stream before it
};

// Puts frames into a sink. Belongs to one stream.
class AnswerWriter {
public:
    virtual ~AnswerWriter() = default;

    // The dialect of IReply::frame() whose frames this client reads as they are.
    virtual std::string_view frameDialect() const noexcept = 0;
    // One of them, byte for byte.
    virtual void frame(std::string_view own) = 0;
    // The last one of them, with another usage in it where it says another.
    virtual void lastFrame(const FramePlace& place, const std::string& own, const Usage& usage) = 0;

    virtual void text(const FramePlace& place, std::string_view piece) = 0;
    virtual void thought(const FramePlace& place, std::string_view piece) = 0;
    // Where nothing in this dialect can show them, toolCall() is not called.
    virtual bool showsToolCalls() const noexcept = 0;
    virtual void toolCall(const FramePlace& place, const ToolPiece& piece) = 0;
    virtual void finish(const FramePlace& place, const Usage& usage, Finish reason) = 0;
    // Instead of finish(): the stream broke; `code` is an HTTP status.
    virtual void broken(const FramePlace& place, int code, const std::string& message, const Usage& usage) = 0;
};

// The writer for clients of a dialect (ModelRequest::dialect). Borrows the sink. Throws std::invalid_argument for a
// dialect that has none.
std::unique_ptr<AnswerWriter> writerFor(std::string_view dialect, FrameSink& sink);

}  // namespace aiproject
