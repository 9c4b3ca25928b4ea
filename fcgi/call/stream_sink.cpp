#include "call/stream_sink.h"

#include <algorithm>
#include <utility>

namespace aiproject {

StreamSink::StreamSink(Exchange& exchange, OnClientGone onClientGone, StreamForm::Framing framing)
    : exchange_(exchange),
      onClientGone_(onClientGone),
      asEvents_(framing == StreamForm::Framing::events ||
                exchange.request().accept.find("text/event-stream") != std::string::npos) {}

void StreamSink::put(std::string_view frame) {
    if (asEvents_) lines_ += "data: ";
    const std::size_t begin = lines_.size();
    lines_ += frame;
    // Between the tokens of a JSON text a line break means nothing; here it would end the frame.
    for (const char lineBreak : {'\n', '\r'})
        if (frame.find(lineBreak) != std::string_view::npos)
            std::replace(lines_.begin() + std::ptrdiff_t(begin), lines_.end(), lineBreak, ' ');
    lines_ += asEvents_ ? "\n\n" : "\n";
}

// Once the client has gone, an answer that is read to its end all the same goes nowhere.
bool StreamSink::flush() {
    if (!lines_.empty()) {
        if (tell_) tell_(passed_);  // before it goes out
        write(lines_);
        constexpr std::size_t kept = 1024;  // as long as the stream may be silent
        lines_.clear();
        if (lines_.capacity() > kept) lines_.shrink_to_fit();
    }
    return !isClientGone_ || onClientGone_ == OnClientGone::drain;
}

bool StreamSink::comment() { return write(": keep-alive\n\n") || onClientGone_ == OnClientGone::drain; }

// False: the client has left.
bool StreamSink::write(std::string_view bytes) {
    if (!hasStarted_) start();
    ++writes_;
    isClientGone_ = isClientGone_ || !exchange_.write(bytes);
    return !isClientGone_;
}

void StreamSink::start() {
    hasStarted_ = true;
    ResponseHead head;
    if (asEvents_) head.contentType = "text/event-stream; charset=utf-8";
    head.headers = {{"Cache-Control", "no-cache"}, {"X-Accel-Buffering", "no"}};
    exchange_.start(head);
}

}  // namespace aiproject
