#include "front/fastcgi_output.h"

#include <fastcgi.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <utility>

namespace aiproject {
namespace {

constexpr std::size_t kMostContent = 0xffff & ~7UL;  // of a record; a multiple of 8 needs no padding
constexpr std::size_t kWorthCopying = 4096;          // what is smaller goes out in one record with what is held

using RecordHead = std::array<char, sizeof(FCGI_Header)>;

RecordHead recordHead(std::uint8_t type, std::uint16_t request, std::size_t content) {
    const auto byte = [](std::size_t value) { return char(value & 0xff); };
    return {char(FCGI_VERSION_1), char(type), byte(request >> 8U), byte(request), byte(content >> 8U), byte(content)};
}

// The end of standard output, and of the request: status 0, FCGI_REQUEST_COMPLETE, which is 0 too. Needs no memory: a
// request that ran out of it ends as well.
std::array<char, 24> ending(std::uint16_t request) {
    std::array<char, 24> all{};
    const RecordHead output = recordHead(FCGI_STDOUT, request, 0),
                     end = recordHead(FCGI_END_REQUEST, request, sizeof(FCGI_EndRequestBody));
    std::copy(end.begin(), end.end(), std::copy(output.begin(), output.end(), all.begin()));
    return all;
}

iovec partOf(std::string_view bytes) {
    return {const_cast<char*>(bytes.data()), bytes.size()};  // sendmsg() only reads
}

// Removes what was sent from the front of the message.
void advance(msghdr& message, std::size_t sent) {
    for (; message.msg_iovlen > 0 && sent >= message.msg_iov->iov_len; --message.msg_iovlen)
        sent -= (message.msg_iov++)->iov_len;
    if (message.msg_iovlen == 0) return;
    message.msg_iov->iov_base = static_cast<char*>(message.msg_iov->iov_base) + sent;
    message.msg_iov->iov_len -= sent;
}

enum class Sent { whole, partly, failed };

// Partly: the connection takes no more for now. Only where it may not wait: else that is a failure.
Sent sendMessage(int connection, msghdr& message, bool mayWait) {
    while (message.msg_iovlen > 0) {
        const ssize_t sent = sendmsg(connection, &message, MSG_NOSIGNAL | (mayWait ? 0 : MSG_DONTWAIT));
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return !mayWait && errno == EAGAIN ? Sent::partly : Sent::failed;
        advance(message, std::size_t(sent));
        if (!mayWait) return message.msg_iovlen == 0 ? Sent::whole : Sent::partly;
    }
    return Sent::whole;
}

}  // namespace

bool FastcgiOutput::write(std::string_view bytes) {
    if (state_ == State::ended) return false;
    if (held_.empty()) return send(bytes);
    held_ += bytes.substr(0, kWorthCopying);
    const std::string held = std::exchange(held_, {});
    // Nothing more to send is not sent: that would fail when the client, who has it all, is gone by then.
    return send(held) && (bytes.size() <= kWorthCopying || send(bytes.substr(kWorthCopying)));
}

bool FastcgiOutput::end() {
    if (state_ == State::ended) return true;
    const std::string held = std::exchange(held_, {});
    const auto after = ending(request_);
    if (!send(held, {after.data(), after.size()})) return false;
    state_ = State::ended;
    return true;
}

void FastcgiOutput::abandon() {
    if (state_ == State::ended) return;
    held_.clear();
    const RecordHead ofNoVersion{};
    if (send({}, {ofNoVersion.data(), ofNoVersion.size()})) state_ = State::ended;
}

bool FastcgiOutput::sendUnsent() {
    if (unsent() == 0) return state_ != State::lost;
    iovec rest = partOf(std::string_view(outbox_).substr(outboxSent_));
    msghdr message{};
    message.msg_iov = &rest;
    message.msg_iovlen = 1;
    if (sendMessage(connection_, message, false) == Sent::failed) return lose();
    outboxSent_ = message.msg_iovlen == 0 ? outbox_.size() : outbox_.size() - rest.iov_len;
    if (unsent() == 0) std::string().swap(outbox_), outboxSent_ = 0;
    return true;
}

bool FastcgiOutput::send(std::string_view content, std::string_view after) {
    do {
        const std::string_view piece = content.substr(0, kMostContent);
        content.remove_prefix(piece.size());
        // A record without content would end the output.
        const RecordHead head = recordHead(FCGI_STDOUT, request_, piece.size());
        std::array<iovec, 3> all{partOf({head.data(), piece.empty() ? 0 : head.size()}), partOf(piece),
                                 partOf(content.empty() ? after : std::string_view())};
        msghdr message{};
        message.msg_iov = all.data();
        message.msg_iovlen = all.size();
        if (!pass(message)) return false;
    } while (!content.empty());
    return true;
}

// Sends the message, or keeps what cannot be sent now.
bool FastcgiOutput::pass(msghdr& message) {
    if (state_ == State::lost) return false;
    const Sent sent = unsent() > 0 ? Sent::partly : sendMessage(connection_, message, waits_);
    if (sent == Sent::failed) return lose();
    if (sent == Sent::whole) return true;
    try {
        keep(message);
    } catch (const std::bad_alloc&) {  // a record that was begun cannot be completed
        return lose();
    }
    return true;
}

// Before it grows, what has been sent goes: bytes are moved no more often than they are sent.
void FastcgiOutput::keep(const msghdr& message) {
    if (outboxSent_ > unsent()) outbox_.erase(0, std::exchange(outboxSent_, 0));
    for (std::size_t i = 0; i < message.msg_iovlen; ++i)
        outbox_.append(static_cast<const char*>(message.msg_iov[i].iov_base), message.msg_iov[i].iov_len);
}

bool FastcgiOutput::lose() noexcept {
    state_ = State::lost;
    std::string().swap(outbox_);
    outboxSent_ = 0;
    return false;
}

}  // namespace aiproject
