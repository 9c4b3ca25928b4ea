// Answers that an event loop writes: no call waits for the web server, and what it does not take yet is kept.
#include "front/fastcgi_exchange.h"

#include "support/fastcgi_client.h"
#include "support/joining_threads.h"
#include "support/spec.h"
#include "unit/front_web_server_end.h"

#include <fcgiapp.h>
#include <poll.h>

#include <memory>
#include <string>
#include <utility>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

constexpr std::size_t kHuge = 8'000'000;  // more than any socket takes
const std::string kEnd = "\1\3"s;         // of the request; not in what is written here

std::string huge() {
    std::string all(kHuge, 'x');
    for (std::size_t i = 0; i < all.size(); i += 7) all[i] = char('a' + i % 26);
    return all;
}

struct NeverWaiting : WebServerEnd {
    FastcgiOutput output{connection.ours.get(), 258};
    NeverWaiting() { output.neverWait(); }

    // Frames until some are kept; what they say together.
    std::string fill() {
        std::string all;
        for (int i = 0; output.unsent() < 100'000; ++i) {
            const std::string frame = "frame " + std::to_string(i) + std::string(1'000, '.');
            CPPUNIT_ASSERT(output.write(frame));
            all += frame;
        }
        return all;
    }
    // As an event loop does.
    void sendAll() {
        while (output.unsent() > 0) {
            pollfd writable{connection.ours.get(), POLLOUT, 0};
            CPPUNIT_ASSERT(poll(&writable, 1, -1) == 1);
            CPPUNIT_ASSERT(output.sendUnsent());
        }
    }
    std::string readWhileSending() {
        JoiningThreads sender;
        sender.add([this] { sendAll(); });
        std::string all = wholeOutput();
        sender.join();
        return all;
    }
};

SPEC(NeverWaiting, keeps_nothing_of_what_is_taken_at_once) {
    output.hold("head ");
    CPPUNIT_ASSERT(output.write("body"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), output.unsent());
    CPPUNIT_ASSERT_EQUAL("head body"s, next().content);
    CPPUNIT_ASSERT(output.sendUnsent());
    CPPUNIT_ASSERT(output.end());
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), output.unsent());
    CPPUNIT_ASSERT_EQUAL(""s, wholeOutput());
}

SPEC(NeverWaiting, keeps_what_does_not_fit_in_its_order) {
    std::string all = fill();
    CPPUNIT_ASSERT(next().content == all.substr(0, 1'007));  // there is room again: what was kept still comes first
    output.hold("held ");
    CPPUNIT_ASSERT(output.write("last"));
    CPPUNIT_ASSERT(output.end());
    CPPUNIT_ASSERT(readWhileSending() == all.substr(1'007) + "held last");
    CPPUNIT_ASSERT(isNothingThere());
}

SPEC(NeverWaiting, goes_on_keeping_while_it_sends) {
    std::string all;
    JoiningThreads writer;
    writer.add([&] {
        for (int round = 0; round < 20; ++round) {
            all += fill();
            CPPUNIT_ASSERT(output.sendUnsent());
        }
        CPPUNIT_ASSERT(output.end());
        sendAll();
    });
    const std::string got = wholeOutput();
    writer.join();
    CPPUNIT_ASSERT(got == all);
}

SPEC(NeverWaiting, keeps_the_end_after_all_else) {
    const std::string all = fill();
    const std::size_t before = output.unsent();
    CPPUNIT_ASSERT(output.end());
    CPPUNIT_ASSERT_EQUAL(before + 24, output.unsent());
    CPPUNIT_ASSERT(output.end());
    CPPUNIT_ASSERT(!output.write("more"));
    CPPUNIT_ASSERT_EQUAL(before + 24, output.unsent());
    CPPUNIT_ASSERT(readWhileSending() == all);
    CPPUNIT_ASSERT(isNothingThere());
}

SPEC(NeverWaiting, tears_no_record_of_a_huge_write) {
    const std::string body = huge();
    output.hold("held ");
    CPPUNIT_ASSERT(output.write(body));
    CPPUNIT_ASSERT(output.unsent() > kHuge / 2);
    CPPUNIT_ASSERT(output.end());
    CPPUNIT_ASSERT(readWhileSending() == "held " + body);
}

SPEC(NeverWaiting, drops_what_is_kept_for_a_client_that_has_left) {
    fill();
    connection.theirs = {};
    CPPUNIT_ASSERT(!output.sendUnsent());
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), output.unsent());
    CPPUNIT_ASSERT(!output.sendUnsent());
    CPPUNIT_ASSERT(!output.write("anybody?"));
    CPPUNIT_ASSERT(!output.end());
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), output.unsent());
}

SPEC(NeverWaiting, drops_the_kept_end_too) {
    fill();
    CPPUNIT_ASSERT(output.end());
    connection.theirs = {};
    CPPUNIT_ASSERT(!output.sendUnsent());
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), output.unsent());
    CPPUNIT_ASSERT(!output.end());
}

// An hour for each write: a destructor that waited would not come back.
struct NeverWaitingExchange : WebServerEnd {
    std::unique_ptr<FastcgiExchange> exchange;

    NeverWaitingExchange() {
        FCGX_Init();
        const std::string records = FastcgiClient::records(
            {"POST", "/chat", "{}", {{"CONTENT_TYPE", "application/json"}, {"CONTENT_LENGTH", "2"}}});
        CPPUNIT_ASSERT_EQUAL(ssize_t(records.size()),
                             ::send(connection.theirs.get(), records.data(), records.size(), MSG_NOSIGNAL));
        Incoming incoming(std::move(connection.ours), 1'000);
        CPPUNIT_ASSERT(incoming.read() == Incoming::End::whole);
        exchange = FastcgiExchange::of(std::move(incoming), 1h);
        CPPUNIT_ASSERT(exchange);
    }
};

SPEC(NeverWaitingExchange, may_change_over_before_its_head_is_written) {
    CPPUNIT_ASSERT_EQUAL("{}"s, exchange->readBody(10));
    exchange->neverWait();
    exchange->start({});
    const std::string body = huge();
    CPPUNIT_ASSERT(exchange->write(body));
    CPPUNIT_ASSERT(exchange->unsent() > kHuge / 2);
    exchange->end();
    JoiningThreads loop;
    loop.add([&] {
        while (exchange->unsent() > 0) {
            pollfd writable{exchange->clientDescriptor(), POLLOUT, 0};
            CPPUNIT_ASSERT(poll(&writable, 1, -1) == 1);
            CPPUNIT_ASSERT(exchange->sendUnsent());
        }
    });
    const std::string got = wholeOutput();
    loop.join();
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), got.find("Status: 200"));
    CPPUNIT_ASSERT(got.substr(got.find("\r\n\r\n") + 4) == body);
    exchange.reset();
    CPPUNIT_ASSERT_EQUAL(""s, allBytes());  // no second end
}

SPEC(NeverWaitingExchange, is_ended_by_its_destructor_where_that_needs_no_waiting) {
    exchange->neverWait();
    exchange->start({});
    CPPUNIT_ASSERT(exchange->write("frame"));
    exchange.reset();
    const std::string got = wholeOutput();
    CPPUNIT_ASSERT_EQUAL("frame"s, got.substr(got.size() - 5));
}

SPEC(NeverWaitingExchange, is_sent_a_last_time_by_its_destructor) {
    exchange->neverWait();
    exchange->start({});
    while (exchange->unsent() == 0) CPPUNIT_ASSERT(exchange->write(std::string(1'000, '.')));
    exchange->end();
    while (!isNothingThere()) {  // so there is room again
    }
    exchange.reset();
    const std::string rest = allBytes();
    CPPUNIT_ASSERT(rest.find(kEnd) != std::string::npos);
}

SPEC(NeverWaitingExchange, is_cut_by_its_destructor_rather_than_waited_for) {
    exchange->neverWait();
    exchange->start({});
    CPPUNIT_ASSERT(exchange->write(huge()));
    exchange.reset();
    const std::string got = allBytes();
    CPPUNIT_ASSERT(got.size() < kHuge);
    CPPUNIT_ASSERT(got.find(kEnd) == std::string::npos);
}

SPEC(NeverWaitingExchange, has_nothing_unsent_before_it_changes_over) {
    exchange->start({});
    CPPUNIT_ASSERT(exchange->write("frame"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), exchange->unsent());
    CPPUNIT_ASSERT(exchange->sendUnsent());
    exchange->end();
    CPPUNIT_ASSERT(!exchange->write("more"));
    exchange.reset();
    static_cast<void>(wholeOutput());
    CPPUNIT_ASSERT_EQUAL(""s, allBytes());
}

}  // namespace
