#include "upstream/wire.h"

#include "upstream/endings.h"

#include <Poco/Exception.h>
#include <Poco/Net/SecureStreamSocketImpl.h>
#include <Poco/Timespan.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <climits>

namespace aiproject::upstream {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kMaxHeadBytes = 16UL * 1024;
constexpr std::size_t kReadBytes = 16UL * 1024;
constexpr int kReadSeconds = 10;    // inside a frame
constexpr int kWriteSeconds = 120;  // a client may read slowly

// Of ::poll, which may be interrupted and counts in int.
bool waitFor(int descriptor, short events, milliseconds limit) {
    const auto end = Clock::now() + limit;
    for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(end - Clock::now()).count();
        pollfd entry{descriptor, events, 0};
        const int count = ::poll(&entry, 1, static_cast<int>(std::clamp<long>(left, 0, INT_MAX)));
        if (count > 0) return true;
        if (left <= 0) return false;
    }
}

}  // namespace

Wire::Wire(const Poco::Net::StreamSocket& socket) : socket_(socket), descriptor_(socket_.impl()->sockfd()) {
    ::fcntl(descriptor_, F_SETFD, FD_CLOEXEC);
    socket_.setReceiveTimeout(Poco::Timespan(kReadSeconds, 0));
    socket_.setSendTimeout(Poco::Timespan(kWriteSeconds, 0));
    socket_.setNoDelay(true);
}

std::string Wire::readHead() {
    for (;;) {
        const auto end = buffer_.find("\r\n\r\n", position_);
        if (end != std::string::npos) {
            std::string head = buffer_.substr(position_, end + 4 - position_);
            position_ = end + 4;
            return head;
        }
        if (buffer_.size() - position_ > kMaxHeadBytes) throw ConversationOver{};
        fill();
    }
}

void Wire::read(char* to, std::size_t size) {
    while (size > 0) {
        if (position_ == buffer_.size()) fill();
        const auto count = std::min(size, buffer_.size() - position_);
        to = std::copy_n(buffer_.data() + position_, count, to);
        position_ += count;
        size -= count;
    }
}

void Wire::fill() {
    buffer_.erase(0, position_);
    position_ = 0;
    const auto had = buffer_.size();
    buffer_.resize(had + kReadBytes);
    int count = 0;
    try {
        count = socket_.receiveBytes(buffer_.data() + had, kReadBytes);
    } catch (const Poco::Exception&) {
        count = -1;
    }
    buffer_.resize(had + static_cast<std::size_t>(std::max(count, 0)));
    if (count <= 0) throw ConversationOver{};
}

bool Wire::waitReadable(milliseconds limit) {
    // After one TLS record poll() says nothing of what OpenSSL still holds.
    return position_ < buffer_.size() || socket_.available() > 0 || waitFor(descriptor_, POLLIN, limit);
}

void Wire::rest(milliseconds time) {
    if (waitFor(descriptor_, POLLRDHUP, time)) throw ConversationOver{};
}

void Wire::write(std::string_view bytes) {
    while (!bytes.empty()) {
        int count = 0;
        try {
            count = socket_.sendBytes(bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX)));
        } catch (const Poco::Exception&) {
            throw ConversationOver{};
        }
        if (count <= 0) throw ConversationOver{};
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

bool Wire::isResumed() const {
    auto* secure = dynamic_cast<Poco::Net::SecureStreamSocketImpl*>(socket_.impl());
    return secure != nullptr && secure->sessionWasReused();
}

void Wire::abort() noexcept {
    const std::lock_guard lock(mutex_);
    if (open_) ::shutdown(descriptor_, SHUT_RDWR);
}

void Wire::close() noexcept {
    try {
        socket_.shutdown();
    } catch (const Poco::Exception&) {  // the client was faster
    }
    const std::lock_guard lock(mutex_);
    if (!open_) return;  // the number may be somebody else's by now
    open_ = false;
    ::shutdown(descriptor_, SHUT_RDWR);
    socket_.close();
}

}  // namespace aiproject::upstream
