#include "upstream/open.h"

#include "aiproject/detail/descriptors.h"
#include "upstream/tls_sessions.h"

#include <Poco/Net/IPAddress.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <system_error>
#include <vector>

namespace aiproject::outbound {
namespace {

using Poco::Net::SocketAddress;
using Poco::Net::StreamSocket;

// Not from text, which Poco reads at the cost of six allocations.
std::vector<SocketAddress> loopback(std::uint16_t port) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    v6.sin6_addr = in6addr_loopback;
    std::vector<SocketAddress> addresses;
    addresses.reserve(2);  // Poco's addresses lie in the heap, and a copy is another
    addresses.emplace_back(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
    addresses.emplace_back(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
    return addresses;
}

// Nothing is wrong with the upstream.
[[noreturn]] void failWithoutDescriptor(const Deadlines& deadlines) {
    deadlines.fail(ModelStatus::busy, descriptors::kSpent);
}

// Not by Poco's DNS class: it sorts the addresses, and the resolver's order is the one to try.
std::vector<SocketAddress> resolve(const Endpoint& endpoint, const Deadlines& deadlines) {
    // RFC 6761, 6.3: this name needs no resolver; a bare system has no /etc/hosts and would ask a name server.
    if (endpoint.host == "localhost") return loopback(endpoint.port);
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int fault = getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found);
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(fault == 0 ? found : nullptr, &freeaddrinfo);
    if (fault != 0 && descriptors::areSpent()) failWithoutDescriptor(deadlines);
    if (fault != 0)
        deadlines.fail(ModelStatus::unavailable, "cannot resolve " + endpoint.host + ": " + gai_strerror(fault));

    std::vector<SocketAddress> addresses;
    for (const addrinfo* entry = found; entry; entry = entry->ai_next)
        addresses.emplace_back(entry->ai_addr, entry->ai_addrlen);
    return addresses;
}

struct NoDescriptor {};

// Poco takes four system calls to make a socket that does not block, and a child that is forked between them inherits
// it.
class NonBlockingSocket final : public Poco::Net::StreamSocketImpl {
public:
    void connectNB(const SocketAddress& address) override {
        reset(::socket(address.af(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (sockfd() == POCO_INVALID_SOCKET && descriptors::meansSpent(errno)) throw NoDescriptor();
        if (sockfd() == POCO_INVALID_SOCKET) error();  // Poco's words for it
        if (::connect(sockfd(), address.addr(), address.length()) != 0 && errno != EINPROGRESS)
            error(errno, address.toString());
    }
    bool getBlocking() const override { return false; }
};

class ConnectingSocket final : public StreamSocket {
public:
    ConnectingSocket() : StreamSocket(new NonBlockingSocket) {}
};

// Waits in slices: a shutdown that the host sends before the connect has begun leaves no trace on the
// descriptor, so its wish must be asked for.
bool becomesWritable(int descriptor, std::chrono::milliseconds share, const Deadlines& deadlines) {
    constexpr std::chrono::milliseconds slice{100};
    Patience patience = deadlines.patience();
    const auto end = std::min(patience.end, std::chrono::steady_clock::now() + share);
    for (;;) {
        deadlines.check();
        if (std::chrono::steady_clock::now() >= end) return false;
        patience.end = std::min(end, std::chrono::steady_clock::now() + slice);
        if (waitFor(descriptor, Next::writable, patience)) return true;
    }
}

// Empty when connected, else why not.
std::string tryAddress(StreamSocket& socket, const SocketAddress& address, std::chrono::milliseconds share,
                       Deadlines& deadlines) {
    deadlines.step(Stage::connect, "TCP connect to", address);
    try {
        socket.connectNB(address);
        const int descriptor = socket.impl()->sockfd();
        deadlines.enter(Phase::connecting, descriptor);
        if (!becomesWritable(descriptor, share, deadlines)) return "no answer";
        const int fault = socket.impl()->socketError();
        if (fault != 0) return std::generic_category().message(fault);
        deadlines.check();
        socket.setNoDelay(true);
        return {};
    } catch (const NoDescriptor&) {
        failWithoutDescriptor(deadlines);
    } catch (const Poco::Exception& e) {
        return e.displayText();
    }
}

StreamSocket connectTcp(const Endpoint& endpoint, Deadlines& deadlines) {
    deadlines.step(Stage::connect, "name resolution");
    const std::vector<SocketAddress> addresses = resolve(endpoint, deadlines);
    std::string faults;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto left = deadlines.connectTimeLeft();
        if (left.count() == 0) deadlines.expire();
        ConnectingSocket socket;
        const Withdrawal withdrawal(deadlines);
        const std::string fault =
            tryAddress(socket, addresses[i], left / static_cast<int>(addresses.size() - i), deadlines);
        if (fault.empty()) return socket;
        faults += (faults.empty() ? "" : "; ") + addresses[i].toString() + ": " + fault;
    }
    if (deadlines.connectTimeLeft().count() == 0) deadlines.expire();
    deadlines.fail(ModelStatus::unavailable, "cannot connect to " + endpoint.authority() + ": " + faults);
}

// A certificate is for a host by its subject alternative names alone, as RFC 9525, 6, wants it.
void requireName(SSL* tls, const std::string& host) {
    X509_VERIFY_PARAM* const rules = SSL_get0_param(tls);
    Poco::Net::IPAddress address;
    const bool isAddress = Poco::Net::IPAddress::tryParse(host, address);
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const bool isSet = isAddress
                           ? X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1
                           : SSL_set1_host(tls, host.c_str()) == 1 && SSL_set_tlsext_host_name(tls, host.c_str()) == 1;
    if (!isSet) throw LinkFault("the host name cannot be checked");
}

TlsState newTls(const Peer& peer) {
    SSL_CTX* const context = peer.tls->sslContext();
    TlsState tls(SSL_new(context));
    if (!tls) throw std::bad_alloc();
    requireName(tls.get(), peer.endpoint.host);
    if (const TlsSession session = rememberedTlsSession(context)) SSL_set_session(tls.get(), session.get());
    return tls;
}

[[noreturn]] void failTls(const Peer& peer, const SSL* tls, const std::string& reason, const Deadlines& deadlines) {
    const std::string authority = peer.endpoint.authority();
    if (peer.tls->verificationMode() != Poco::Net::Context::VERIFY_NONE) {
        const long verdict = SSL_get_verify_result(tls);
        if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH)
            deadlines.fail(ModelStatus::misconfigured,
                           "TLS: the certificate of " + authority +
                               " is for another host name, or only its common name is this; check url");
        if (verdict != X509_V_OK)
            deadlines.fail(ModelStatus::misconfigured, "TLS: the certificate of " + authority +
                                                           " cannot be verified by " + peer.trust +
                                                           ": its issuer is unknown, or it is out of date");
    }
    deadlines.fail(ModelStatus::unavailable, "TLS: the handshake with " + authority + " failed: " + reason);
}

Link secured(const StreamSocket& socket, const Peer& peer, Deadlines& deadlines) {
    deadlines.step(Stage::tls, "TLS handshake");
    TlsState owned = newTls(peer);
    const SSL* const tls = owned.get();
    Link link(socket, std::move(owned));
    const Withdrawal withdrawal(deadlines);
    deadlines.enter(Phase::connecting, link.descriptor());
    try {
        shakeHands(link, deadlines.patience());
    } catch (const LinkFault& fault) {
        failTls(peer, tls, fault.what(), deadlines);
    } catch (const Poco::TimeoutException& e) {
        deadlines.fail(ModelStatus::unavailable, "TLS: the handshake was given up: " + e.displayText());
    }
    // A resumed session brings the certificate and the verdict of the handshake that it began with.
    if (peer.tls->verificationMode() != Poco::Net::Context::VERIFY_NONE &&
        (!SSL_get0_peer_certificate(tls) || SSL_get_verify_result(tls) != X509_V_OK))
        failTls(peer, tls, "no certificate", deadlines);
    return link;
}

}  // namespace

Link openLink(const Peer& peer, Deadlines& deadlines) {
    try {
        const StreamSocket socket = connectTcp(peer.endpoint, deadlines);
        return peer.tls ? secured(socket, peer, deadlines) : Link(socket);
    } catch (const LinkFault& fault) {
        deadlines.fail(ModelStatus::unavailable,
                       "cannot connect to " + peer.endpoint.authority() + ": " + std::string(fault.what()));
    }
}

}  // namespace aiproject::outbound
