// What a link does at once and what it waits for, plain and over TLS; an event loop relies on both.
#include "upstream/link.h"

#include "support/raw_web_socket.h"
#include "support/spec.h"
#include "upstream/drive.h"
#include "upstream/free_with.h"

#include <Poco/Exception.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>

using namespace aiproject;
using namespace aiproject::outbound;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

using Context = std::unique_ptr<SSL_CTX, upstream::FreeWith<SSL_CTX_free>>;

class SocketPair {
public:
    SocketPair() { CPPUNIT_ASSERT_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data())); }
    ~SocketPair() { hangUp(); }
    SocketPair(const SocketPair&) = delete;
    SocketPair& operator=(const SocketPair&) = delete;

    int ours() const { return ends_[0]; }  // who takes it closes it
    int theirs() const { return ends_[1]; }
    void hangUp() {
        if (ends_[1] >= 0) close(std::exchange(ends_[1], -1));
    }
    void arrives(const std::string& bytes) const {
        CPPUNIT_ASSERT_EQUAL(ssize_t(bytes.size()), send(theirs(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
    }

private:
    std::array<int, 2> ends_{};
};

struct Received {
    std::string text;
    Next next;
};

Received receive(Link& link, std::size_t most = 4'096) {
    std::string bytes(most, '\0');
    const Moved moved = link.receive(bytes.data(), bytes.size());
    return {bytes.substr(0, moved.bytes), moved.next};
}

struct PlainLink : CppUnit::TestCase {
    SocketPair pair;
    Link link{SocketOf(pair.ours())};

    void assertWaitsFor(Next next) {
        const Received nothing = receive(link);
        CPPUNIT_ASSERT(nothing.text.empty() && nothing.next == next);
    }
};

// A server whose bytes reach the link when the test says so.
struct TlsLink : CppUnit::TestCase {
    SocketPair pair;
    Context serverContext{SSL_CTX_new(TLS_server_method())}, clientContext{SSL_CTX_new(TLS_client_method())};
    TlsState server;
    std::unique_ptr<Link> link;

    void setUp() override {
        const std::unique_ptr<EVP_PKEY, upstream::FreeWith<EVP_PKEY_free>> key(EVP_EC_gen("P-256"));
        const std::unique_ptr<X509, upstream::FreeWith<X509_free>> certificate(X509_new());
        X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
        X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3'600);
        X509_set_pubkey(certificate.get(), key.get());
        X509_sign(certificate.get(), key.get(), EVP_sha256());
        SSL_CTX_use_certificate(serverContext.get(), certificate.get());
        SSL_CTX_use_PrivateKey(serverContext.get(), key.get());
        server.reset(SSL_new(serverContext.get()));
        SSL_set_bio(server.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        SSL_set_accept_state(server.get());
        link = std::make_unique<Link>(SocketOf(pair.ours()), TlsState(SSL_new(clientContext.get())));
    }
    void serverReads() const {
        std::array<char, 4'096> bytes{};
        const ssize_t got = recv(pair.theirs(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (got > 0) BIO_write(SSL_get_rbio(server.get()), bytes.data(), int(got));
    }
    std::string written() const {
        std::string bytes(std::size_t(BIO_pending(SSL_get_wbio(server.get()))), '\0');
        if (!bytes.empty()) BIO_read(SSL_get_wbio(server.get()), bytes.data(), int(bytes.size()));
        return bytes;
    }
    void shakeHands() {
        while (link->shakeHands() != Next::again) {
            serverReads();
            SSL_do_handshake(server.get());
            pair.arrives(written());
        }
        serverReads();
        CPPUNIT_ASSERT_EQUAL(1, SSL_do_handshake(server.get()));
        pair.arrives(written());
        CPPUNIT_ASSERT(receive(*link).next == Next::readable);  // tickets, which are no bytes of the peer
    }
    std::string encrypted(const std::string& text) const {
        CPPUNIT_ASSERT_EQUAL(int(text.size()), SSL_write(server.get(), text.data(), int(text.size())));
        return written();
    }
};

}  // namespace

SPEC(PlainLink, gives_what_has_come_and_waits_for_more) {
    CPPUNIT_ASSERT(link.shakeHands() == Next::again);
    assertWaitsFor(Next::readable);
    pair.arrives("hello");
    CPPUNIT_ASSERT_EQUAL("hel"s, receive(link, 3).text);
    CPPUNIT_ASSERT_EQUAL("lo"s, receive(link).text);
    assertWaitsFor(Next::readable);
}

SPEC(PlainLink, tells_an_end_from_a_break) {
    shutdown(pair.theirs(), SHUT_WR);
    assertWaitsFor(Next::over);
    CPPUNIT_ASSERT(link.send("unread").bytes == 6);
    pair.hangUp();  // with bytes that nobody reads: a reset
    CPPUNIT_ASSERT_THROW(receive(link), LinkFault);
    CPPUNIT_ASSERT_THROW(link.send("more"), LinkFault);
}

SPEC(PlainLink, takes_a_part_when_the_peer_does_not_read_and_goes_on_when_it_does) {
    const std::string much(1'000'000, 'x');
    std::size_t sent = 0;
    Moved moved{1, Next::again};
    while (moved.bytes > 0) sent += (moved = link.send(std::string_view(much).substr(sent))).bytes;
    CPPUNIT_ASSERT(moved.next == Next::writable && sent > 0 && sent < much.size());
    std::string read(sent, '\0');
    CPPUNIT_ASSERT_EQUAL(ssize_t(sent), recv(pair.theirs(), read.data(), read.size(), MSG_WAITALL));
    CPPUNIT_ASSERT(link.send(std::string_view(much).substr(sent)).bytes > 0);
}

SPEC(PlainLink, is_given_up_by_a_drive_whose_time_is_over_or_that_is_cancelled) {
    std::array<char, 10> bytes{};
    const auto now = std::chrono::steady_clock::now();
    CPPUNIT_ASSERT_THROW(receiveSome(link, bytes.data(), bytes.size(), {now}), Poco::TimeoutException);
    const SocketPair cancel;
    const Link owner{SocketOf(cancel.ours())};
    cancel.arrives("!");
    CPPUNIT_ASSERT_THROW(
        receiveSome(link, bytes.data(), bytes.size(), {now + std::chrono::hours(1), owner.descriptor()}),
        Poco::TimeoutException);
    pair.arrives("here");  // what is here needs no patience
    CPPUNIT_ASSERT_EQUAL(std::size_t(4), receiveSome(link, bytes.data(), bytes.size(), {now}));
}

SPEC(TlsLink, waits_for_the_rest_of_a_record_however_it_is_cut) {
    shakeHands();
    const std::string record = encrypted("hello");
    for (std::size_t i = 0; i < record.size(); ++i) {
        const Received none = receive(*link);
        CPPUNIT_ASSERT(none.text.empty() && none.next == Next::readable);
        pair.arrives(record.substr(i, 1));
    }
    CPPUNIT_ASSERT_EQUAL("hello"s, receive(*link).text);
}

SPEC(TlsLink, says_again_while_a_record_is_not_read_to_its_end) {
    shakeHands();
    pair.arrives(encrypted("hello"));
    const Received first = receive(*link, 2);
    CPPUNIT_ASSERT_EQUAL("he"s, first.text);
    CPPUNIT_ASSERT(first.next == Next::again && link->hasPending());
    const Received rest = receive(*link);
    CPPUNIT_ASSERT_EQUAL("llo"s, rest.text);
    CPPUNIT_ASSERT(rest.next == Next::readable && !link->hasPending());
}

SPEC(TlsLink, says_again_while_it_has_read_ahead) {
    shakeHands();
    const std::string first = encrypted("one"), second = encrypted("two");
    pair.arrives(first + second.substr(0, 7));
    const Received one = receive(*link);
    CPPUNIT_ASSERT_EQUAL("one"s, one.text);
    CPPUNIT_ASSERT(one.next == Next::again);
    const Received none = receive(*link);  // a part of a record is nothing yet
    CPPUNIT_ASSERT(none.text.empty() && none.next == Next::readable);
    pair.arrives(second.substr(7));
    const Received two = receive(*link);
    CPPUNIT_ASSERT_EQUAL("two"s, two.text);
    CPPUNIT_ASSERT(two.next == Next::readable && !link->hasPending());
}

SPEC(TlsLink, tells_a_goodbye_from_an_end_without_one) {
    shakeHands();
    SSL_shutdown(server.get());
    pair.arrives(written());
    CPPUNIT_ASSERT(receive(*link).next == Next::over);
}

SPEC(TlsLink, breaks_when_the_peer_ends_without_a_goodbye) {
    shakeHands();
    pair.arrives(encrypted("hello").substr(0, 10));
    pair.hangUp();
    CPPUNIT_ASSERT_THROW(receive(*link), LinkFault);
}

SPEC(TlsLink, breaks_in_the_handshake_when_the_peer_speaks_no_tls) {
    CPPUNIT_ASSERT(link->shakeHands() == Next::readable);
    pair.arrives("SSH-2.0-OpenSSH_9.2\r\n");
    CPPUNIT_ASSERT_THROW(link->shakeHands(), LinkFault);
}
