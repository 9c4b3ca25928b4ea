// A request on its way from the socket to libfcgi, which reads what is whole and nothing else.
#include "front/incoming.h"

#include "front/fastcgi_exchange.h"
#include "support/fastcgi_client.h"
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"

#include <cppunit/TestAssert.h>
#include <cppunit/TestCase.h>
#include <fcgiapp.h>
#include <sys/socket.h>

#include <memory>
#include <random>
#include <string>
#include <utility>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using End = aiproject::Incoming::End;

namespace {

constexpr std::uint64_t kMostBody = 20'000;

std::string request(const std::string& body) {
    return FastcgiClient::records(
        {"POST", "/auth/login", body, {{"EMPTY", ""}, {"CONTENT_LENGTH", std::to_string(body.size())}}});
}

struct ComingRequest : CppUnit::TestCase {
    SocketPair connection;
    Incoming incoming{std::move(connection.ours), kMostBody};

    ComingRequest() { FCGX_Init(); }

    void send(std::string_view bytes) const {
        CPPUNIT_ASSERT_EQUAL(ssize_t(bytes.size()),
                             ::send(connection.theirs.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
    }
    void assertIsRead(const std::string& body) {
        CPPUNIT_ASSERT(incoming.end == End::whole);
        const auto exchange = FastcgiExchange::of(std::move(incoming), 1h);
        CPPUNIT_ASSERT(exchange);
        CPPUNIT_ASSERT_EQUAL(std::string("/auth/login"), exchange->request().path);
        CPPUNIT_ASSERT_EQUAL(body, exchange->readBody(kMostBody));
        // Or it would look like a client that has left, and the answer would lose its tail.
        char byte = 0;
        CPPUNIT_ASSERT_EQUAL(ssize_t(-1), recv(exchange->clientDescriptor(), &byte, 1, MSG_DONTWAIT));
    }
};

SPEC(ComingRequest, that_is_all_there_stays_in_its_socket) {
    send(request("{}"));
    incoming.read();
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), incoming.kept());
    assertIsRead("{}");
}

SPEC(ComingRequest, may_come_in_two_parts_cut_anywhere) {
    const std::string all = request("{}");
    for (std::size_t cut = 1; cut < all.size(); ++cut) {
        connection = SocketPair();
        incoming = Incoming(std::move(connection.ours), kMostBody);
        send(all.substr(0, cut));
        CPPUNIT_ASSERT(incoming.read() == End::none);
        send(all.substr(cut));
        incoming.read();
        assertIsRead("{}");
    }
}

SPEC(ComingRequest, may_be_larger_than_one_look) {
    for (std::size_t size = 8'000; size <= kMostBody; size += 997) {
        connection = SocketPair();
        incoming = Incoming(std::move(connection.ours), kMostBody);
        const std::string body(size, char('a' + size % 26));
        send(request(body));
        incoming.read();
        CPPUNIT_ASSERT_EQUAL(std::size_t(0), incoming.kept());
        assertIsRead(body);
    }
}

SPEC(ComingRequest, may_be_larger_than_one_look_and_come_in_two_parts) {
    const std::string body(kMostBody, 'b'), all = request(body);
    for (const std::size_t cut : {std::size_t(8'191), std::size_t(8'192), std::size_t(8'193), all.size() - 1}) {
        connection = SocketPair();
        incoming = Incoming(std::move(connection.ours), kMostBody);
        send(all.substr(0, cut));
        CPPUNIT_ASSERT(incoming.read() == End::none);
        CPPUNIT_ASSERT_EQUAL(cut, incoming.kept());
        send(all.substr(cut));
        incoming.read();
        assertIsRead(body);
    }
}

SPEC(ComingRequest, leaves_its_body_unread_where_nobody_asks_for_it) {
    for (const std::size_t size : {std::size_t(2), std::size_t(kMostBody)}) {
        connection = SocketPair();
        incoming = Incoming(std::move(connection.ours), kMostBody);
        send(request(std::string(size, 'b')));
        CPPUNIT_ASSERT(incoming.read() == End::whole);
        const auto exchange = FastcgiExchange::of(std::move(incoming), 1h);
        exchange->start({});
        char byte = 0;
        CPPUNIT_ASSERT_EQUAL(ssize_t(-1), recv(exchange->clientDescriptor(), &byte, 1, MSG_DONTWAIT));
    }
}

SPEC(ComingRequest, with_a_body_over_the_limit_keeps_its_length_only) {
    for (const std::size_t size : {std::size_t(kMostBody + 1), std::size_t(150'000)}) {
        connection = SocketPair();
        incoming = Incoming(std::move(connection.ours), kMostBody);
        send(request(std::string(size, 'b')));
        CPPUNIT_ASSERT(incoming.read() == End::whole);
        CPPUNIT_ASSERT(incoming.kept() < 1'000);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t(size), incoming.request.bodyBytes());
        const auto exchange = FastcgiExchange::of(std::move(incoming), 1h);
        CPPUNIT_ASSERT_EQUAL(std::string("/auth/login"), exchange->request().path);
        static_cast<void>(
            expectError(ErrorKind::bodyTooLarge, [&] { static_cast<void>(exchange->readBody(kMostBody)); }));
        exchange->start({});
        CPPUNIT_ASSERT(exchange->write("refused"));
    }
}

SPEC(ComingRequest, of_a_small_limit_is_counted_where_it_is) {
    incoming = Incoming(std::move(incoming.connection), 10);
    send(request("longer than ten bytes"));
    CPPUNIT_ASSERT(incoming.read() == End::whole);
    const auto exchange = FastcgiExchange::of(std::move(incoming), 1h);
    static_cast<void>(expectError(ErrorKind::bodyTooLarge, [&] { static_cast<void>(exchange->readBody(10)); }));
}

// A byte in each record, with all the padding that a record can have.
SPEC(ComingRequest, in_records_of_nothing_but_padding_is_given_up) {
    const std::string all = request("");
    const std::string head = all.substr(0, all.size() - 8);
    const std::string empty = std::string("\1\5\0\1\0\1\377\0b", 9) + std::string(255, 'p');
    send(head);
    for (int i = 0; i < 10'000 && incoming.end == End::none; ++i) {
        send(empty);
        incoming.read();
    }
    CPPUNIT_ASSERT(incoming.end == End::broken);
    CPPUNIT_ASSERT(incoming.kept() < 1'000);
    const auto exchange = FastcgiExchange::of(std::move(incoming), 1h);
    static_cast<void>(expectError(ErrorKind::badRequest, [&] { static_cast<void>(exchange->readBody(kMostBody)); }));
}

SPEC(ComingRequest, that_announces_another_length_than_it_has_is_cut) {
    send(FastcgiClient::records({"POST", "/auth/login", "{}", {{"CONTENT_LENGTH", "3"}}}));
    CPPUNIT_ASSERT(incoming.read() == End::whole);
    const auto exchange = FastcgiExchange::of(std::move(incoming), 1h);
    static_cast<void>(expectError(ErrorKind::badRequest, [&] { static_cast<void>(exchange->readBody(100)); }));
}

SPEC(ComingRequest, of_a_peer_that_has_left_is_over) {
    connection.theirs = {};
    CPPUNIT_ASSERT(incoming.read() == End::left);
    CPPUNIT_ASSERT(!FastcgiExchange::of(std::move(incoming), 1h));
}

// Where they differed, libfcgi would wait for a peer, or read what the records do not say.
SPEC(ComingRequest, that_was_changed_is_read_by_libfcgi_as_it_was_counted) {
    const std::string good = request("{}");
    std::mt19937 dice(4711);
    int whole = 0;
    for (int round = 0; round < 3'000; ++round) {
        std::string bytes = good;
        for (unsigned i = 0; i <= dice() % 3; ++i) bytes[dice() % bytes.size()] = char(dice());
        connection = SocketPair();
        incoming = Incoming(std::move(connection.ours), kMostBody);
        const std::size_t cut = round % 2 == 0 ? 0 : dice() % bytes.size();
        if (cut > 0) {
            send(bytes.substr(0, cut));
            incoming.read();
        }
        send(bytes.substr(cut));
        if (incoming.read() != End::whole) continue;
        ++whole;
        const auto input = FastcgiInput::accept(incoming.readable());
        CPPUNIT_ASSERT(input);
        CPPUNIT_ASSERT_EQUAL(incoming.request.id(), input->request());
        std::string body(1'000, 0);
        CPPUNIT_ASSERT_EQUAL(std::size_t(incoming.request.bodyBytes()), input->read(body.data(), body.size()));
        CPPUNIT_ASSERT(!input->hasFailed());
    }
    CPPUNIT_ASSERT(whole > 300);
}

}  // namespace
