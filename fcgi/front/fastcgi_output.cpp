#include "front/fastcgi_output.h"

#include <fastcgi.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
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

// False: it was not taken whole.
template <std::size_t parts>
bool sendAll(int connection, std::array<iovec, parts> all) {
    msghdr message{};
    message.msg_iov = all.data();
    message.msg_iovlen = all.size();
    while (message.msg_iovlen > 0) {
        ssize_t sent = sendmsg(connection, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return false;
        for (; message.msg_iovlen > 0 && std::size_t(sent) >= message.msg_iov->iov_len; --message.msg_iovlen)
            sent -= ssize_t((message.msg_iov++)->iov_len);
        if (message.msg_iovlen == 0) break;
        message.msg_iov->iov_base = static_cast<char*>(message.msg_iov->iov_base) + sent;
        message.msg_iov->iov_len -= std::size_t(sent);
    }
    return true;
}

}  // namespace

bool FastcgiOutput::write(std::string_view bytes) {
    if (held_.empty()) return send(bytes);
    held_ += bytes.substr(0, kWorthCopying);
    const std::string held = std::exchange(held_, {});
    // Nothing more to send is not sent: that would fail when the client, who has it all, is gone by then.
    return send(held) && (bytes.size() <= kWorthCopying || send(bytes.substr(kWorthCopying)));
}

bool FastcgiOutput::end() {
    const std::string held = std::exchange(held_, {});
    const auto after = ending(request_);
    return send(held, {after.data(), after.size()});
}

bool FastcgiOutput::send(std::string_view content, std::string_view after) {
    do {
        const std::string_view piece = content.substr(0, kMostContent);
        content.remove_prefix(piece.size());
        // A record without content would end the output.
        const RecordHead head = recordHead(FCGI_STDOUT, request_, piece.size());
        const std::array<iovec, 3> all{partOf({head.data(), piece.empty() ? 0 : head.size()}), partOf(piece),
                                       partOf(content.empty() ? after : std::string_view())};
        isGone_ = isGone_ || !sendAll(connection_, all);
    } while (!isGone_ && !content.empty());
    return !isGone_;
}

}  // namespace aiproject
