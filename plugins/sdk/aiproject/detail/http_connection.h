// The connection of aiproject/http.h: a socket that does not block, and TLS on it. Not for plugins themselves.
#pragma once

#include "aiproject/detail/http_service.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#if defined(AIPROJECT_HTTP_TLS)
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#endif

namespace aiproject::http::detail {

#if defined(AIPROJECT_HTTP_TLS)
// OpenSSL writes with write(), which raises SIGPIPE when the peer has gone. A worker blocks that signal; other
// programs, such as a unit test, may not.
class WithoutPipeSignal {
public:
    WithoutPipeSignal() noexcept {
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    ~WithoutPipeSignal() {
        if (sigismember(&before_, SIGPIPE) == 1) return;
        const timespec atOnce{0, 0};
        while (sigtimedwait(&pipe_, nullptr, &atOnce) == SIGPIPE) continue;
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    WithoutPipeSignal(const WithoutPipeSignal&) = delete;
    WithoutPipeSignal& operator=(const WithoutPipeSignal&) = delete;

private:
    sigset_t pipe_{}, before_{};
};
#endif

enum class Io { done, readable, writable, ended, broken };  // readable, writable: try again then

// Owns its descriptor. Never blocks.
class Connection {
public:
    Connection() = default;
    explicit Connection(int descriptor) noexcept : descriptor_(descriptor) {
        const int on = 1;
        ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    Connection(Connection&& other) noexcept { swap(other); }
    Connection& operator=(Connection&& other) noexcept {
        swap(other);
        return *this;
    }
    ~Connection() {
        if (descriptor_ < 0) return;
#if defined(AIPROJECT_HTTP_TLS)
        if (tls_ && !isBroken_ && SSL_is_init_finished(tls_.get()) == 1) {
            const WithoutPipeSignal quiet;
            SSL_shutdown(tls_.get());
        }
        tls_.reset();
        ERR_clear_error();
#endif
        ::close(descriptor_);
    }

    int descriptor() const noexcept { return descriptor_; }
    std::size_t moved() const noexcept { return moved_; }         // bytes, by the last receive() or send() that is done
    const std::string& fault() const noexcept { return fault_; }  // of the last that is broken
    // Bytes lie in TLS that the descriptor does not show.
    bool hasPending() const noexcept {
#if defined(AIPROJECT_HTTP_TLS)
        return tls_ && SSL_pending(tls_.get()) > 0;
#else
        return false;
#endif
    }

    Io receive(char* to, std::size_t size) {
#if defined(AIPROJECT_HTTP_TLS)
        if (tls_) return secured([&] { return SSL_read_ex(tls_.get(), to, size, &moved_); });
#endif
        const ssize_t got = ::recv(descriptor_, to, size, MSG_DONTWAIT);
        if (got == 0) return Io::ended;
        return finished(got, Io::readable);
    }
    Io send(std::string_view bytes) {
#if defined(AIPROJECT_HTTP_TLS)
        if (tls_) return secured([&] { return SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &moved_); });
#endif
        return finished(::send(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL), Io::writable);
    }

#if defined(AIPROJECT_HTTP_TLS)
    // False: the host name cannot be checked.
    bool beginTls(const Service& service) {
        tls_.reset(SSL_new(service.tls.get()));
        if (!tls_ || SSL_set_fd(tls_.get(), descriptor_) != 1) return false;
        SSL_set_mode(tls_.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
        SSL_set_connect_state(tls_.get());
        X509_VERIFY_PARAM* const rules = SSL_get0_param(tls_.get());
        const char* const host = service.url.host.c_str();
        X509_VERIFY_PARAM_set_hostflags(rules,
                                        X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        if (service.url.isAddress()) return X509_VERIFY_PARAM_set1_ip_asc(rules, host) == 1;
        return SSL_set1_host(tls_.get(), host) == 1 && SSL_set_tlsext_host_name(tls_.get(), host) == 1;
    }
    Io shakeHands() {
        return secured([&] { return SSL_do_handshake(tls_.get()); });
    }
    long verdict() const noexcept { return SSL_get_verify_result(tls_.get()); }
#endif

private:
    void swap(Connection& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        std::swap(moved_, other.moved_);
        std::swap(fault_, other.fault_);
#if defined(AIPROJECT_HTTP_TLS)
        std::swap(tls_, other.tls_);
        std::swap(isBroken_, other.isBroken_);
#endif
    }
    Io broken(std::string reason) {
        fault_ = std::move(reason);
        return Io::broken;
    }
    Io finished(ssize_t result, Io later) {
        if (result >= 0) {
            moved_ = static_cast<std::size_t>(result);
            return Io::done;
        }
        const bool isLater = errno == EAGAIN || errno == EINTR;
        return isLater ? later : broken(std::generic_category().message(errno));
    }
#if defined(AIPROJECT_HTTP_TLS)
    template <class Step>
    Io secured(Step&& step) {
        const WithoutPipeSignal quiet;
        ERR_clear_error();  // what an earlier call left on this thread would be taken for a fault of this one
        errno = 0;
        const int result = step();
        if (result == 1) return Io::done;
        const int systemError = errno;
        switch (SSL_get_error(tls_.get(), result)) {
            case SSL_ERROR_WANT_READ: return Io::readable;
            case SSL_ERROR_WANT_WRITE: return Io::writable;
            case SSL_ERROR_ZERO_RETURN: return Io::ended;
            default: break;
        }
        isBroken_ = true;  // nothing may follow on this state, not even its end
        const char* const reason = ERR_reason_error_string(ERR_peek_error());
        ERR_clear_error();
        if (reason) return broken(reason);
        return broken(systemError != 0 ? std::generic_category().message(systemError) : "the connection ended");
    }

    std::unique_ptr<SSL, TlsEnding> tls_;
    bool isBroken_ = false;
#endif
    int descriptor_ = -1;
    std::size_t moved_ = 0;
    std::string fault_;
};

}  // namespace aiproject::http::detail
