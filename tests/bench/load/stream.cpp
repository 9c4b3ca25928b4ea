#include "bench/load/stream.h"

#include <Poco/Exception.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace aiproject::bench {
namespace {

using namespace std::chrono_literals;

// A slow reader takes a tenth of its bytes each tenth of a second, or one byte when that is less.
std::chrono::nanoseconds slowPause(std::uint64_t bytesPerSecond) {
    return bytesPerSecond < 10 ? std::chrono::nanoseconds(1s) / std::int64_t(bytesPerSecond) : 100ms;
}

}  // namespace

Stream::Stream(StreamPlan& plan, StreamObserver& observer, std::size_t number)
    : plan_(plan), observer_(observer), number_(number), reader_(plan.target.newReader()) {}

void Stream::open() {
    reader_->restart();
    partialLine_.clear();
    sent_ = 0;
    frames_ = 0;
    isAnswered_ = false;
    opened_ = Clock::now();
    const Target& target = plan_.target;
    socket_ = FileDescriptor(socket(target.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket_) return fail(std::string("no socket: ") + std::strerror(errno));
    if (plan_.readBytesPerSecond != 0) {
        const int least = 1;  // the system makes it its smallest: else its buffers would do the reading
        setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
        plan_.loop.setTimer(*this, Clock::now() + slowPause(plan_.readBytesPerSecond));
    }
    if (connect(socket_.get(), reinterpret_cast<const sockaddr*>(&target.address), target.addressSize) != 0 &&
        errno != EINPROGRESS)
        return fail(std::string("connect: ") + std::strerror(errno));
    plan_.loop.watch(socket_.get(), *this);  // says at once when it can be written to
}

void Stream::pause(std::chrono::milliseconds duration) { plan_.loop.setTimer(*this, Clock::now() + duration); }

void Stream::close() {
    plan_.loop.cancelTimer(*this);
    socket_ = FileDescriptor();
}

void Stream::ready(std::uint32_t events) {
    if (isOpen() && sent_ < plan_.target.request.size()) send();
    if (isOpen() && plan_.readBytesPerSecond == 0 && (events & ~std::uint32_t(EPOLLOUT)) != 0)
        receive(plan_.buffer.size(), (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
}

void Stream::timerExpired() {
    if (!isOpen()) return observer_.pauseIsOver(*this);
    plan_.loop.setTimer(*this, Clock::now() + slowPause(plan_.readBytesPerSecond));
    receive(std::max<std::size_t>(1, plan_.readBytesPerSecond / 10), false);
}

void Stream::send() {
    const std::string& request = plan_.target.request;
    if (sent_ == 0) sentRequest_ = Clock::now();
    while (sent_ < request.size()) {
        const ssize_t taken = ::send(socket_.get(), request.data() + sent_, request.size() - sent_, MSG_NOSIGNAL);
        if (taken < 0 && (errno == EAGAIN || errno == ENOTCONN)) return;
        if (taken < 0) return fail(std::string("sending the request: ") + std::strerror(errno));
        sent_ += std::size_t(taken);
    }
}

// A read that does not fill the buffer has emptied the socket; only the peer's end may still stand behind it.
void Stream::receive(std::size_t most, bool isToItsEnd) {
    const std::size_t size = std::min(most, plan_.buffer.size());
    for (;;) {
        const ssize_t got = recv(socket_.get(), plan_.buffer.data(), size, 0);
        if (got < 0 && (errno == EAGAIN || errno == ENOTCONN)) return;
        if (got < 0) return fail(std::string("the connection broke: ") + std::strerror(errno));
        arrived_ = Clock::now();
        if (!take(std::string_view(plan_.buffer.data(), std::size_t(got)))) return;
        if (plan_.readBytesPerSecond != 0 || (std::size_t(got) < size && !isToItsEnd)) return;
    }
}

// No bytes: the connection has ended. False: the answer is over, and the next one may have been asked for.
bool Stream::take(std::string_view bytes) try {
    if (bytes.empty() && !reader_->endsWithConnection())
        throw std::runtime_error("the connection ended within the answer");
    if (!std::exchange(isAnswered_, true)) observer_.answered(*this);
    const bool isOver = bytes.empty() || reader_->read(bytes, *this);
    if (isOver) complete();
    return !isOver;
} catch (const Poco::Exception& e) {
    fail(e.displayText());
    return false;
} catch (const std::exception& e) {
    fail(e.what());
    return false;
}

void Stream::body(std::string_view piece) {
    for (auto end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
        if (partialLine_.empty()) {
            line(piece.substr(0, end));
        } else {
            line(partialLine_.append(piece.substr(0, end)));
            partialLine_.clear();
        }
        piece.remove_prefix(end + 1);
    }
    partialLine_.append(piece);
}

void Stream::line(std::string_view text) {
    const std::optional<FrameSeen> seen = plan_.target.readLine(text);
    if (!seen) return;
    const FrameSeen& frame = *seen;
    if (frames_ == plan_.order.frames) throw std::runtime_error("a frame behind the last one");
    if (frame.seq != frames_) throw std::runtime_error("a frame is missing or out of order");
    ++frames_;
    if (frame.isLast != (frames_ == plan_.order.frames))
        throw std::runtime_error(frame.isLast ? "the last frame came too early" : "the last frame does not say so");
    if (frames_ == 1) observer_.firstFrameArrived(sentRequest_, arrived_);
    observer_.frameArrived(arrived_ - frame.sentAt);
}

void Stream::complete() {
    if (!partialLine_.empty()) line(std::exchange(partialLine_, {}));  // an answer that is no stream has no line end
    if (frames_ < plan_.order.frames) throw std::runtime_error("the answer ended without a last frame");
    close();
    observer_.ended(*this);
}

void Stream::fail(const std::string& reason) {
    close();
    observer_.failed(*this, reason);
}

}  // namespace aiproject::bench
