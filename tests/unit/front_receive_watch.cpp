// One deadline for all reads of a request together.
#include "front/receive_watch.h"

#include "front/fastcgi_exchange.h"
#include "support/eventually.h"
#include "support/fastcgi_client.h"
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"

#include "support/joining_threads.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

struct ReceiveLimit : CppUnit::TestCase {
    SocketPair connection;
    const std::string records = FastcgiClient::records(
        {"POST", "/auth/login", "{}", {{"CONTENT_TYPE", "application/json"}, {"CONTENT_LENGTH", "2"}}});

    void send(std::string_view bytes) const {
        CPPUNIT_ASSERT_EQUAL(ssize_t(bytes.size()),
                             ::send(connection.theirs.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
    }
    ReceiveLimit() { FCGX_Init(); }

    // Byte after byte, for as long as they are taken.
    void drip(JoiningThreads& threads) const {
        threads.add([this, &threads] {
            while (!threads.isOver()) {
                if (::send(connection.theirs.get(), "x", 1, MSG_NOSIGNAL) < 0) return;
                std::this_thread::sleep_for(5ms);
            }
        });
    }
};

SPEC(ReceiveLimit, ends_a_request_that_comes_byte_after_byte) {
    ReceiveWatch watch(300ms);
    JoiningThreads threads;
    send(records.substr(0, 16));
    send(std::string("\1\4\0\1\377\377\0\0", 8));  // parameters of 65,535 bytes
    drip(threads);
    const std::string reason = reasonOf([&] { FastcgiExchange::receive(std::move(connection.ours), 1h, watch); });
    assertSays(reason, "timeout.receive_ms");
    threads.end();
}

SPEC(ReceiveLimit, ends_a_body_that_never_comes_with_a_reason) {
    ReceiveWatch watch(300ms);
    send(records.substr(0, records.find("{}") - 8));
    const auto exchange = FastcgiExchange::receive(std::move(connection.ours), 1h, watch);
    CPPUNIT_ASSERT(exchange);
    const Error error = expectError(ErrorKind::badRequest, [&] { static_cast<void>(exchange->readBody(1'000)); });
    CPPUNIT_ASSERT_EQUAL(std::string("the body did not arrive in time"), error.forClient());
}

// The watch may be waiting for the end of one that is gone by then.
SPEC(ReceiveLimit, forgets_requests_that_were_quick) {
    ReceiveWatch watch(20ms);
    for (int i = 0; i < 50; ++i) {
        const ReceiveWatch::Receiving quick(watch, connection.ours.get());
        std::this_thread::sleep_for(1ms);
    }
    const ReceiveWatch::Receiving slow(watch, connection.ours.get());
    ASSERT_EVENTUALLY(slow.isOver());
}

SPEC(ReceiveLimit, is_over_when_the_request_is_there) {
    ReceiveWatch watch(100ms);
    send(records);
    const auto exchange = FastcgiExchange::receive(std::move(connection.ours), 1h, watch);
    CPPUNIT_ASSERT_EQUAL(std::string("{}"), exchange->readBody(1'000));
    SocketPair later;
    const ReceiveWatch::Receiving another(watch, later.ours.get());
    ASSERT_EVENTUALLY(another.isOver());  // so the time of the first would be over, too
    CPPUNIT_ASSERT(SocketPair{}.isOpen());
    ::send(connection.theirs.get(), "x", 1, MSG_NOSIGNAL);
    char byte = 0;
    CPPUNIT_ASSERT_EQUAL(ssize_t(1), recv(exchange->clientDescriptor(), &byte, 1, 0));
}

SPEC(ReceiveLimit, does_not_bind_who_refuses_he_waits_for_nothing) {
    CPPUNIT_ASSERT(!FastcgiExchange::hasCome(connection.ours.get()));
    send(records.substr(0, records.find("{}") - 24));
    CPPUNIT_ASSERT(!FastcgiExchange::hasCome(connection.ours.get()));
    send(records.substr(records.find("{}") - 24, 16));
    CPPUNIT_ASSERT(FastcgiExchange::hasCome(connection.ours.get()));
    const auto exchange = FastcgiExchange::receiveAtOnce(std::move(connection.ours));  // its body never comes
    CPPUNIT_ASSERT_EQUAL(std::string("/auth/login"), exchange->request().path);
    exchange->start({});
    CPPUNIT_ASSERT(exchange->write("refused"));
}

SPEC(ReceiveLimit, knows_of_a_peer_who_left_that_nothing_more_comes) {
    connection.theirs = {};
    CPPUNIT_ASSERT(FastcgiExchange::hasCome(connection.ours.get()));
    CPPUNIT_ASSERT(!FastcgiExchange::receiveAtOnce(std::move(connection.ours)));
}

}  // namespace
