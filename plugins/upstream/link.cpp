#include "upstream/link.h"

#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string>
#include <system_error>

namespace aiproject::outbound {
namespace {

int fitting(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max())); }

[[noreturn]] void throwSystemFault(int error) { throw LinkFault(std::generic_category().message(error)); }

// What an earlier call left on this thread would be taken for a fault of the next one.
void forgetFaults() {
    ERR_clear_error();
    errno = 0;
}

bool isLater(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

Link::Link(const Poco::Net::StreamSocket& socket, TlsState tls) : socket_(socket), tls_(std::move(tls)) {
    if (socket_.getBlocking()) socket_.setBlocking(false);  // Poco remembers what it is; two system calls
    if (!tls_) return;
    // A write is taken up where it ended, from wherever its bytes lie then; a silent connection holds no buffers.
    SSL_set_mode(tls_.get(),
                 SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_set_read_ahead(tls_.get(), 1);  // else each record takes two reads, of its head and of its body
    if (SSL_set_fd(tls_.get(), descriptor()) != 1) throw std::bad_alloc();
    SSL_set_connect_state(tls_.get());
}

Link::~Link() {
    if (tls_ && !isBroken_ && SSL_is_init_finished(tls_.get())) SSL_shutdown(tls_.get());
    ERR_clear_error();
}

Next Link::shakeHands() {
    if (!tls_) return Next::again;
    forgetFaults();
    const int result = SSL_do_handshake(tls_.get());
    if (result == 1) return Next::again;
    const Next next = wantOf(result);
    if (next == Next::over) throw LinkFault("the peer ended it");
    return next;
}

Moved Link::receive(char* to, std::size_t size) {
    if (tls_) {
        forgetFaults();
        const int got = SSL_read(tls_.get(), to, fitting(size));
        if (got <= 0) return {0, wantOf(got)};
        return {std::size_t(got), hasPending() ? Next::again : Next::readable};
    }
    const ssize_t got = ::recv(descriptor(), to, size, MSG_DONTWAIT);
    if (got > 0) return {std::size_t(got), Next::readable};
    if (got == 0) return {0, Next::over};
    if (!isLater(errno)) throwSystemFault(errno);
    return {0, Next::readable};
}

Moved Link::send(std::string_view bytes) {
    if (bytes.empty()) return {0, Next::again};
    if (tls_) {
        forgetFaults();
        const int sent = SSL_write(tls_.get(), bytes.data(), fitting(bytes.size()));
        if (sent > 0) return {std::size_t(sent), Next::again};
        const Next next = wantOf(sent);
        if (next == Next::over) throw LinkFault("the peer ended it");
        return {0, next};
    }
    const ssize_t sent = ::send(descriptor(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return {std::size_t(sent), Next::again};
    if (!isLater(errno)) throwSystemFault(errno);
    return {0, Next::writable};
}

Next Link::wantOf(int result) {
    const int systemError = errno;
    switch (SSL_get_error(tls_.get(), result)) {
        case SSL_ERROR_WANT_READ: return Next::readable;
        case SSL_ERROR_WANT_WRITE: return Next::writable;
        case SSL_ERROR_ZERO_RETURN: return Next::over;
        case SSL_ERROR_SYSCALL:
            isBroken_ = true;
            if (systemError != 0) throwSystemFault(systemError);
            throw LinkFault("the connection ended");
        default: break;
    }
    isBroken_ = true;  // nothing may follow on this state, no goodbye either
    const char* const reason = ERR_reason_error_string(ERR_peek_error());
    throw LinkFault(reason ? reason : "TLS failed");
}

}  // namespace aiproject::outbound
