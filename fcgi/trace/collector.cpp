#include "trace/collector.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace aiproject {
namespace {

using Clock = Collector::Clock;

struct FreeTls {
    void operator()(SSL* tls) const noexcept { SSL_free(tls); }
};
using Tls = std::unique_ptr<SSL, FreeTls>;

[[noreturn]] void fail(const std::string& why) { throw std::runtime_error(why); }

std::string wordsOf(int error) { return std::generic_category().message(error); }

// The folder of CAs, not the bundle: that takes 0.9 MB (plugins/upstream/endpoint.cpp).
SSL_CTX* newContext() {
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    if (!context) throw std::bad_alloc();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_default_verify_dir(context);
    if (std::getenv(X509_get_default_cert_file_env())) SSL_CTX_set_default_verify_file(context);
    return context;
}

void requireName(SSL* tls, const std::string& host) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    const bool isAddress =
        inet_pton(AF_INET, host.c_str(), address.data()) == 1 || inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
    X509_VERIFY_PARAM* const rules = SSL_get0_param(tls);
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const bool isSet = isAddress
                           ? X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1
                           : SSL_set1_host(tls, host.c_str()) == 1 && SSL_set_tlsext_host_name(tls, host.c_str()) == 1;
    if (!isSet) fail("TLS: the name " + host + " cannot be verified");
}

// One POST: its connection and its time.
class Posting {
public:
    Posting(const CollectorUrl& url, SSL_CTX* context, int cancelled, Clock::time_point until)
        : url_(url), cancelled_(cancelled), until_(until) {
        connect();
        if (context) secure(context);
    }

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const int sent = tls_ ? SSL_write(tls_.get(), bytes.data(), int(std::min(bytes.size(), kPiece)))
                                  : int(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
            if (sent > 0)
                bytes.remove_prefix(std::size_t(sent));
            else
                waitOrFail(sent, POLLOUT, "sending");
        }
    }

    // The number in the first line of the answer.
    int status() {
        std::string line;
        std::array<char, 512> piece{};
        while (line.find("\r\n") == std::string::npos) {
            const int got = tls_ ? SSL_read(tls_.get(), piece.data(), int(piece.size()))
                                 : int(::recv(socket_.get(), piece.data(), piece.size(), 0));
            if (got > 0)
                line.append(piece.data(), std::size_t(got));
            else if (got == 0 && !tls_)
                fail("it closed the connection without an answer");
            else
                waitOrFail(got, POLLIN, "its answer");
            if (line.size() > kLongestLine) break;
        }
        constexpr std::size_t number = 9;  // "HTTP/1.1 200"
        const bool isHttp = line.compare(0, 7, "HTTP/1.") == 0 && line.size() >= number + 3;
        const int status = isHttp ? std::atoi(line.substr(number, 3).c_str()) : 0;
        if (status < 100) fail("what answers there does not speak HTTP");
        return status;
    }

private:
    static constexpr std::size_t kPiece = 16UL * 1024, kLongestLine = 4'096;

    void connect() {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = AI_ADDRCONFIG;
        addrinfo* found = nullptr;
        const int fault = getaddrinfo(url_.host.c_str(), std::to_string(url_.port).c_str(), &hints, &found);
        const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(fault == 0 ? found : nullptr, &freeaddrinfo);
        if (fault != 0) fail("its name cannot be resolved: " + std::string(gai_strerror(fault)));
        std::string why = "it has no address";
        for (const addrinfo* one = found; one; one = one->ai_next) {
            why = tryAddress(*one);
            if (why.empty()) return;
        }
        fail(why);
    }

    // Empty: it is connected.
    std::string tryAddress(const addrinfo& address) {
        socket_ = FileDescriptor(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (!socket_) return wordsOf(errno);
        if (::connect(socket_.get(), address.ai_addr, address.ai_addrlen) == 0) return {};
        if (errno != EINPROGRESS) return wordsOf(errno);
        waitFor(POLLOUT, "the connection");
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
        return error == 0 ? std::string() : wordsOf(error);
    }

    void secure(SSL_CTX* context) {
        tls_.reset(SSL_new(context));
        if (!tls_ || SSL_set_fd(tls_.get(), socket_.get()) != 1) throw std::bad_alloc();
        requireName(tls_.get(), url_.host);
        for (int done = SSL_connect(tls_.get()); done != 1; done = SSL_connect(tls_.get())) {
            const long verdict = SSL_get_verify_result(tls_.get());
            if (verdict != X509_V_OK)
                fail("TLS: its certificate cannot be verified: " + std::string(X509_verify_cert_error_string(verdict)));
            waitOrFail(done, POLLIN, "the TLS handshake");
        }
    }

    // After a step that did nothing.
    void waitOrFail(int result, short events, const char* what) {
        if (tls_) {
            const int error = SSL_get_error(tls_.get(), result);
            ERR_clear_error();
            if (error == SSL_ERROR_WANT_READ) return waitFor(POLLIN, what);
            if (error == SSL_ERROR_WANT_WRITE) return waitFor(POLLOUT, what);
            fail(std::string("the connection broke in ") + what);
        }
        if (errno == EAGAIN || errno == EINTR) return waitFor(events, what);
        fail(std::string("the connection broke in ") + what + ": " + wordsOf(errno));
    }

    void waitFor(short events, const char* what) const {
        std::array<pollfd, 2> awaited{{{socket_.get(), events, 0}, {cancelled_, POLLIN, 0}}};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - Clock::now()).count();
        const int ready = left > 0 ? ::poll(awaited.data(), awaited.size(), int(left)) : 0;
        if (awaited[1].revents != 0) fail("the worker ends");
        if (ready == 0) fail(std::string("it was too slow for ") + what);
        if (ready < 0 && errno != EINTR) fail("poll: " + wordsOf(errno));
    }

    const CollectorUrl& url_;
    const int cancelled_;
    const Clock::time_point until_;
    FileDescriptor socket_;
    Tls tls_;
};

FileDescriptor newEvent() {
    FileDescriptor event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!event) fail("the sender of spans gets no eventfd: " + wordsOf(errno) + "; a worker needs more (ulimit -n)");
    return event;
}

std::string linesOf(const std::vector<HeaderField>& headers) {
    std::string lines;
    for (const HeaderField& field : headers) lines += field.name + ": " + field.value + "\r\n";
    return lines;
}

}  // namespace

Collector::Collector(CollectorUrl url, const std::vector<HeaderField>& headers)
    : url_(std::move(url)),
      headLines_(linesOf(headers)),
      cancelled_(newEvent()),
      ownCancelled_("the end of the sender of spans", cancelled_.get()),
      tls_(url_.isTls ? newContext() : nullptr) {}

void Collector::cancel() noexcept { eventfd_write(cancelled_.get(), 1); }

void Collector::post(const std::string& json, Clock::time_point until) {
    constexpr int firstSuccess = 200, lastSuccess = 299;
    ERR_clear_error();
    Posting posting(url_, tls_.get(), cancelled_.get(), until);
    posting.send("POST " + url_.path + " HTTP/1.1\r\nHost: " + url_.authority() +
                 "\r\nUser-Agent: aiproject\r\nContent-Type: application/json\r\n" + headLines_ +
                 "Content-Length: " + std::to_string(json.size()) + "\r\nConnection: close\r\n\r\n");
    posting.send(json);
    const int status = posting.status();
    if (status < firstSuccess || status > lastSuccess) fail("it answered HTTP " + std::to_string(status));
}

}  // namespace aiproject
