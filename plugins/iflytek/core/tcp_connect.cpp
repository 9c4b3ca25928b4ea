#include "iflytek/core/tcp_connect.h"

#include <Poco/Net/SocketAddress.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>

#include <algorithm>
#include <memory>
#include <system_error>
#include <vector>

namespace aiproject::iflytek {
namespace {

using Poco::Net::SocketAddress;
using Poco::Net::StreamSocket;

// Not by Poco's DNS class: it sorts the addresses, and the resolver's order is the one to try.
std::vector<SocketAddress> resolve(const Endpoint& endpoint, const CallDeadlines& deadlines) {
    // RFC 6761, 6.3: this name needs no resolver; a bare system has no /etc/hosts and would ask a name server.
    if (endpoint.host == "localhost")
        return {SocketAddress("127.0.0.1", endpoint.port), SocketAddress("::1", endpoint.port)};
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int fault = getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found);
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(fault == 0 ? found : nullptr, &freeaddrinfo);
    if (fault != 0)
        deadlines.fail(ModelStatus::unavailable, "cannot resolve " + endpoint.host + ": " + gai_strerror(fault));

    std::vector<SocketAddress> addresses;
    for (const addrinfo* entry = found; entry; entry = entry->ai_next)
        addresses.emplace_back(entry->ai_addr, entry->ai_addrlen);
    return addresses;
}

// Waits in slices: a shutdown that the host sends before the connect has begun leaves no trace on the
// descriptor, so its wish must be asked for.
bool becomesWritable(int descriptor, std::chrono::milliseconds share, const CallDeadlines& deadlines) {
    constexpr std::chrono::milliseconds slice{100};
    const auto end = std::chrono::steady_clock::now() + share;
    for (;;) {
        deadlines.check();
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        pollfd waiting{descriptor, POLLOUT, 0};
        if (::poll(&waiting, 1, static_cast<int>(std::min(left, slice).count())) > 0) return true;
    }
}

// Empty when connected, else why not.
std::string tryAddress(StreamSocket& socket, const SocketAddress& address, std::chrono::milliseconds share,
                       CallDeadlines& deadlines) {
    deadlines.step("TCP connect to " + address.toString());
    try {
        socket.connectNB(address);
        const int descriptor = socket.impl()->sockfd();
        ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
        deadlines.enter(Phase::connecting, descriptor);
        if (!becomesWritable(descriptor, share, deadlines)) return "no answer";
        const int fault = socket.impl()->socketError();
        if (fault != 0) return std::generic_category().message(fault);
        deadlines.check();
        socket.setBlocking(true);
        socket.setNoDelay(true);
        return {};
    } catch (const Poco::Exception& e) {
        return e.displayText();
    }
}

}  // namespace

StreamSocket connectTcp(const Endpoint& endpoint, CallDeadlines& deadlines) {
    const std::vector<SocketAddress> addresses = resolve(endpoint, deadlines);
    std::string faults;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto left = deadlines.connectTimeLeft();
        if (left.count() == 0) deadlines.expire();
        StreamSocket socket;
        const Withdrawal withdrawal(deadlines);
        const std::string fault =
            tryAddress(socket, addresses[i], left / static_cast<int>(addresses.size() - i), deadlines);
        if (fault.empty()) return socket;
        faults += (faults.empty() ? "" : "; ") + addresses[i].toString() + ": " + fault;
    }
    if (deadlines.connectTimeLeft().count() == 0) deadlines.expire();
    deadlines.fail(ModelStatus::unavailable, "cannot connect to " + endpoint.authority() + ": " + faults);
}

}  // namespace aiproject::iflytek
