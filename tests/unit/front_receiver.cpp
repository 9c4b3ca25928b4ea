// Requests that come slowly, or never: one deadline for all of each, no thread for any.
#include "front/receiver.h"

#include "front/fastcgi_exchange.h"
#include "support/eventually.h"
#include "support/fastcgi_client.h"
#include "support/joining_threads.h"
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"

#include <atomic>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using End = aiproject::Incoming::End;

namespace {

constexpr std::uint64_t kReceiverBody = 1000, kMostKept = 2000;

struct SlowRequests : CppUnit::TestCase {
    const std::string records = FastcgiClient::records(
        {"POST", "/auth/login", "{}", {{"CONTENT_TYPE", "application/json"}, {"CONTENT_LENGTH", "2"}}});
    const std::string head = records.substr(0, records.find("{}") - 8);

    std::mutex mutex;
    std::vector<Incoming> come;  // under mutex, as is the next
    std::vector<std::string> warnings;
    std::atomic<int> gone{0};
    std::vector<SocketPair> connections = std::vector<SocketPair>(3);

    SlowRequests() { FCGX_Init(); }

    Receiver::Calls calls() {
        return {[this](Incoming incoming) {
                    const std::lock_guard lock(mutex);
                    come.push_back(std::move(incoming));
                },
                [this] { ++gone; },
                [this](const std::string& text) {
                    const std::lock_guard lock(mutex);
                    warnings.push_back(text);
                }};
    }
    std::size_t countOfCome() {
        const std::lock_guard lock(mutex);
        return come.size();
    }
    std::string warning() {
        const std::lock_guard lock(mutex);
        return warnings.empty() ? "" : warnings.front();
    }
    static void send(const SocketPair& connection, std::string_view bytes) {
        CPPUNIT_ASSERT_EQUAL(ssize_t(bytes.size()),
                             ::send(connection.theirs.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
    }
    void add(Receiver& receiver, std::size_t index) {
        receiver.add(Incoming(std::move(connections[index].ours), kReceiverBody));
    }
    std::unique_ptr<FastcgiExchange> first() {
        const std::lock_guard lock(mutex);
        return FastcgiExchange::of(std::move(come.front()), 1h);
    }
};

SPEC(SlowRequests, come_when_they_are_whole) {
    Receiver receiver({1h, 10, kReceiverBody, kMostKept}, calls());
    for (std::size_t i = 0; i < 3; ++i) add(receiver, i);
    for (const char byte : records) send(connections[1], {&byte, 1});
    ASSERT_EVENTUALLY(countOfCome() == 1);
    CPPUNIT_ASSERT(come.front().end == End::whole);
    CPPUNIT_ASSERT_EQUAL(std::string("{}"), first()->readBody(kReceiverBody));
    CPPUNIT_ASSERT_EQUAL(0, gone.load());
}

SPEC(SlowRequests, that_drip_are_ended_at_one_deadline_with_a_word_for_the_operator) {
    Receiver receiver({300ms, 10, kReceiverBody, kMostKept}, calls());
    add(receiver, 0);
    JoiningThreads threads;
    threads.add([&] {
        send(connections[0], records.substr(0, 16));
        send(connections[0], std::string("\1\4\0\1\377\377\0\0", 8));  // parameters of 65,535 bytes
        while (!threads.isOver() && ::send(connections[0].theirs.get(), "x", 1, MSG_NOSIGNAL) == 1)
            std::this_thread::sleep_for(5ms);
    });
    ASSERT_EVENTUALLY(gone == 1);
    threads.end();
    ASSERT_EVENTUALLY(!warning().empty());
    assertSays(warning(), "timeout.receive_ms");
    assertSays(warning(), "0660");
}

SPEC(SlowRequests, whose_bodies_never_come_are_told) {
    Receiver receiver({100ms, 10, kReceiverBody, kMostKept}, calls());
    send(connections[0], head);
    add(receiver, 0);
    ASSERT_EVENTUALLY(countOfCome() == 1);
    CPPUNIT_ASSERT(come.front().ended >= come.front().since + 100ms);  // all of it its peer's time
    const auto exchange = first();
    const Error error =
        expectError(ErrorKind::badRequest, [&] { static_cast<void>(exchange->readBody(kReceiverBody)); });
    CPPUNIT_ASSERT_EQUAL(std::string("the body did not arrive in time"), error.forClient());
}

SPEC(SlowRequests, that_are_too_many_lose_those_who_came_first) {
    Receiver receiver({1h, 2, kReceiverBody, kMostKept}, calls());
    send(connections[0], head);
    for (std::size_t i = 0; i < 3; ++i) add(receiver, i);
    ASSERT_EVENTUALLY(countOfCome() == 1);
    const auto exchange = first();
    static_cast<void>(expectError(ErrorKind::modelBusy, [&] { static_cast<void>(exchange->readBody(kReceiverBody)); }));
    ASSERT_EVENTUALLY(!warning().empty());
    assertSays(warning(), "the oldest are dropped first");
    for (std::size_t i = 1; i < 3; ++i) send(connections[i], records);
    ASSERT_EVENTUALLY(countOfCome() == 3);
    CPPUNIT_ASSERT_EQUAL(0, gone.load());
}

SPEC(SlowRequests, that_keep_too_much_lose_those_who_came_first) {
    Receiver receiver({1h, 10, kReceiverBody, kMostKept}, calls());
    const std::string begun = records.substr(0, 16) + std::string("\1\4\0\1\377\377\0\0", 8) + std::string(900, 'x');
    for (std::size_t i = 0; i < 3; ++i) {
        send(connections[i], begun);
        add(receiver, i);
    }
    ASSERT_EVENTUALLY(gone == 1);
    ASSERT_EVENTUALLY(!warning().empty());
}

SPEC(SlowRequests, of_peers_that_leave_or_talk_nonsense_are_gone) {
    Receiver receiver({1h, 10, kReceiverBody, kMostKept}, calls());
    for (std::size_t i = 0; i < 3; ++i) add(receiver, i);
    connections[0].theirs = {};
    send(connections[1], "GET / HTTP/1.1\r\n\r\n");
    ASSERT_EVENTUALLY(gone == 2);
    send(connections[2], head);
    connections[2].theirs = {};
    ASSERT_EVENTUALLY(countOfCome() == 1);
    const auto exchange = first();
    static_cast<void>(
        expectError(ErrorKind::badRequest, [&] { static_cast<void>(exchange->readBody(kReceiverBody)); }));
}

SPEC(SlowRequests, leave_nothing_unread_that_would_look_like_a_client_who_left) {
    Receiver receiver({1h, 10, kReceiverBody, kMostKept}, calls());
    send(connections[0], records);
    add(receiver, 0);
    ASSERT_EVENTUALLY(countOfCome() == 1);
    const auto exchange = first();
    char byte = 0;
    CPPUNIT_ASSERT_EQUAL(ssize_t(-1), recv(exchange->clientDescriptor(), &byte, 1, MSG_DONTWAIT));
}

SPEC(SlowRequests, can_be_refused_without_their_bodies) {
    Incoming incoming(std::move(connections[0].ours), kReceiverBody);
    send(connections[0], head);
    CPPUNIT_ASSERT(incoming.read() == End::none);
    const auto exchange = FastcgiExchange::toRefuse(std::move(incoming));
    CPPUNIT_ASSERT_EQUAL(std::string("/auth/login"), exchange->request().path);
    exchange->start({});
    CPPUNIT_ASSERT(exchange->write("refused"));
    CPPUNIT_ASSERT(!FastcgiExchange::toRefuse(Incoming(std::move(connections[1].ours), kReceiverBody)));
}

}  // namespace
