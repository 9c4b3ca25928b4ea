#include "upstream/drive.h"

#include <Poco/Exception.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <system_error>

namespace aiproject::outbound {
namespace {

using Clock = std::chrono::steady_clock;

void waitOrThrow(const Link& link, Next next, const Patience& patience) {
    if (!waitFor(link.descriptor(), next, patience)) throw Poco::TimeoutException("the time is over");
}

}  // namespace

int pollTimeout(Clock::time_point end) {
    if (end == Clock::time_point::max()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

bool waitFor(int descriptor, Next next, const Patience& patience) {
    const short events = next == Next::writable ? POLLOUT : POLLIN;
    for (;;) {
        std::array<pollfd, 2> awaited{{{descriptor, events, 0}, {patience.cancel, POLLIN, 0}}};
        const int ready = ::poll(awaited.data(), awaited.size(), pollTimeout(patience.end));
        if (ready > 0) return awaited[1].revents == 0;
        if (ready < 0 && errno != EINTR) throw LinkFault("poll: " + std::generic_category().message(errno));
        if (ready == 0 && Clock::now() >= patience.end) return false;
    }
}

void shakeHands(Link& link, const Patience& patience) {
    for (Next next = link.shakeHands(); next != Next::again; next = link.shakeHands())
        waitOrThrow(link, next, patience);
}

void sendAll(Link& link, std::string_view bytes, const Patience& patience) {
    while (!bytes.empty()) {
        const Moved sent = link.send(bytes);
        bytes.remove_prefix(sent.bytes);
        if (sent.bytes == 0) waitOrThrow(link, sent.next, patience);
    }
}

std::size_t receiveSome(Link& link, char* to, std::size_t size, const Patience& patience) {
    // Waits first: mostly nothing has come yet, and a read in vain costs as much as one that is not.
    Next next = link.hasPending() ? Next::again : Next::readable;
    for (;;) {
        if (next != Next::again) waitOrThrow(link, next, patience);
        const Moved got = link.receive(to, size);
        if (got.bytes > 0 || got.next == Next::over) return got.bytes;
        next = got.next;
    }
}

}  // namespace aiproject::outbound
