#include "bench/upstream/link.h"

#include <openssl/err.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace aiproject::bench {
namespace {

std::string opensslReason() {
    const auto code = ERR_get_error();
    ERR_clear_error();
    const char* const reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : "the connection ended";
}

}  // namespace

TlsContext serverContext(const std::string& certificateFile, const std::string& keyFile) {
    TlsContext context(SSL_CTX_new(TLS_server_method()));
    if (SSL_CTX_use_certificate_chain_file(context.get(), certificateFile.c_str()) != 1)
        throw std::runtime_error("--certificate " + certificateFile + ": " + opensslReason());
    if (SSL_CTX_use_PrivateKey_file(context.get(), keyFile.c_str(), SSL_FILETYPE_PEM) != 1)
        throw std::runtime_error("--key " + keyFile + ": " + opensslReason());
    // A partial write is taken up from another place; a silent connection holds no buffers.
    SSL_CTX_set_mode(context.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    return context;
}

Link::Link(FileDescriptor socket, SSL_CTX* tls) : socket_(std::move(socket)) {
    if (tls == nullptr) return;
    ssl_.reset(SSL_new(tls));
    if (ssl_ == nullptr || SSL_set_fd(ssl_.get(), socket_.get()) != 1) throw std::runtime_error(opensslReason());
    SSL_set_accept_state(ssl_.get());
}

Link::~Link() {
    if (ssl_ != nullptr && SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());
    ERR_clear_error();
}

bool Link::hasBytes() const {
    char byte = 0;
    return recv(socket_.get(), &byte, 1, MSG_PEEK) > 0;
}

bool Link::shakeHands() {
    if (ssl_ == nullptr || SSL_is_init_finished(ssl_.get())) return true;
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) return true;
    const int error = SSL_get_error(ssl_.get(), result);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return false;
    throw std::runtime_error("TLS handshake: " + opensslReason());
}

bool Link::receive(std::string& to) {
    std::array<char, 16'384> buffer;
    for (;;) {
        if (ssl_ != nullptr) {
            const int got = SSL_read(ssl_.get(), buffer.data(), int(buffer.size()));
            if (got <= 0) {
                const int error = SSL_get_error(ssl_.get(), got);
                ERR_clear_error();
                return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
            }
            to.append(buffer.data(), std::size_t(got));
            continue;
        }
        const ssize_t got = recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
        to.append(buffer.data(), std::size_t(got));
    }
}

std::optional<std::size_t> Link::send(std::string_view bytes) {
    if (ssl_ != nullptr) {
        const int sent = SSL_write(ssl_.get(), bytes.data(), int(bytes.size()));
        if (sent > 0) return std::size_t(sent);
        const int error = SSL_get_error(ssl_.get(), sent);
        ERR_clear_error();
        if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return 0;
        return std::nullopt;
    }
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) return std::size_t(sent);
    if (errno == EAGAIN || errno == EINTR) return 0;
    return std::nullopt;
}

}  // namespace aiproject::bench
