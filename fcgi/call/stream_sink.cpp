#include "call/stream_sink.h"

#include <poll.h>

#include <algorithm>
#include <new>
#include <utility>

namespace aiproject {

namespace {

constexpr std::string_view kComment = ": keep-alive\n\n";

// What the thread's streams gather their lines in, one after the other. A stream that is silent has no memory for them.
constexpr std::size_t kLongestSpare = 16UL * 1024;
thread_local std::string spare;

// Whether a few hundred bytes go out without waiting. A kernel says so only where a good part of its buffer is free.
bool takesAtOnce(int descriptor) {
    pollfd client{descriptor, POLLOUT, 0};
    return descriptor < 0 || poll(&client, 1, 0) == 1;
}

}  // namespace

StreamSink::StreamSink(Exchange& exchange, OnClientGone onClientGone, const StreamForm& form)
    : exchange_(exchange),
      onClientGone_(onClientGone),
      asBytes_(form.framing == StreamForm::Framing::bytes),
      asEvents_(!asBytes_ && (form.framing == StreamForm::Framing::events ||
                              exchange.request().accept.find("text/event-stream") != std::string::npos)),
      contentType_(form.contentType),
      comments_(form.comments),
      commentAt_(comments_.count() > 0 ? Clock::now() + comments_ : Clock::time_point::max()) {}

void StreamSink::put(std::string_view frame) {
    if (lines_.empty()) lines_.swap(spare);
    if (asBytes_) {
        lines_ += frame;
        return;
    }
    constexpr std::size_t around = 8;
    lines_.reserve(lines_.size() + frame.size() + around);
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
        lines_.clear();
        if (lines_.capacity() <= kLongestSpare) spare.swap(lines_);
        std::string().swap(lines_);  // nothing is kept while the stream is silent
    }
    return !isClientGone_ || onClientGone_ == OnClientGone::drain;
}

StreamSink::Clock::time_point StreamSink::commentAt(Clock::time_point now) noexcept {
    if (comments_.count() > 0 && writesBeforeThat_ != writes_) {
        writesBeforeThat_ = writes_;
        commentAt_ = now + comments_;
    }
    return commentAt_;
}

bool StreamSink::comment(Clock::time_point now) {
    const bool goesOn = exchange_.unsent() > 0 || send(kComment) || onClientGone_ == OnClientGone::drain;
    commentAt_ = now + comments_;
    return goesOn;
}

// While the thread of the call writes, the stream is not silent.
void StreamSink::beat(Clock::time_point now) noexcept {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock || now < commentAt(now) || !takesAtOnce(exchange_.clientDescriptor())) return;
    try {
        comment(now);
    } catch (const std::bad_alloc&) {
        return;  // the next beat tries again
    }
}

// Before the answer has started the error can still be sent in its place.
void StreamSink::abandon() {
    lines_.clear();
    if (hasStarted_) exchange_.abandon();
}

// False: the client has left.
bool StreamSink::write(std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    return send(bytes);
}

bool StreamSink::send(std::string_view bytes) {
    if (!hasStarted_) start();
    ++writes_;
    isClientGone_ = isClientGone_ || !exchange_.write(bytes);
    return !isClientGone_;
}

void StreamSink::start() {
    ResponseHead head;
    if (asBytes_) head.contentType = contentType_;
    if (asEvents_) head.contentType = "text/event-stream; charset=utf-8";
    head.headers = {{"Cache-Control", "no-cache"}, {"X-Accel-Buffering", "no"}};
    exchange_.start(head);
    hasStarted_ = true;  // not where the memory for the head was missing
}

}  // namespace aiproject
