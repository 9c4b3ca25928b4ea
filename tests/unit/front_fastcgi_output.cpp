// Records as the web server reads them.
#include "front/fastcgi_output.h"

#include "support/joining_threads.h"
#include "support/spec.h"
#include "unit/front_web_server_end.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <string>
#include <utility>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct Output : WebServerEnd {
    FastcgiOutput output{connection.ours.get(), 258};
};

// A client that reads it and leaves has got it, whatever the next call of the system would say.
SPEC(Output, goes_out_in_one_call_of_the_system) {
    int ends[2];
    CPPUNIT_ASSERT_EQUAL(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends));  // which keeps calls apart
    const FileDescriptor ours(ends[0]), theirs(ends[1]);
    FastcgiOutput packets(ours.get(), 1);
    packets.hold("head ");
    CPPUNIT_ASSERT(packets.write("body"));
    std::string packet(100, 0);
    CPPUNIT_ASSERT_EQUAL(ssize_t(8 + 9), recv(theirs.get(), packet.data(), packet.size(), MSG_DONTWAIT));
    CPPUNIT_ASSERT_EQUAL(ssize_t(-1), recv(theirs.get(), packet.data(), packet.size(), MSG_DONTWAIT));
}

SPEC(Output, goes_out_at_once_with_what_is_held) {
    output.hold("head ");
    CPPUNIT_ASSERT(isNothingThere());
    CPPUNIT_ASSERT(output.write("body"));
    const Record record = next();
    CPPUNIT_ASSERT_EQUAL(kStdout, record.type);
    CPPUNIT_ASSERT_EQUAL(258, record.request);
    CPPUNIT_ASSERT_EQUAL("head body"s, record.content);
    CPPUNIT_ASSERT(isNothingThere());
}

SPEC(Output, is_not_ended_by_nothing) {
    CPPUNIT_ASSERT(output.write(""));
    CPPUNIT_ASSERT(isNothingThere());
    CPPUNIT_ASSERT(output.end());
    CPPUNIT_ASSERT_EQUAL(""s, wholeOutput());
}

SPEC(Output, ends_with_what_is_no_record_once_it_is_abandoned) {
    CPPUNIT_ASSERT(output.write("begin"));
    CPPUNIT_ASSERT_EQUAL("begin"s, next().content);
    output.hold("more");
    output.abandon();
    CPPUNIT_ASSERT(!output.write("more") && output.end());
    std::string head(100, 'x');
    CPPUNIT_ASSERT_EQUAL(ssize_t(8), recv(connection.theirs.get(), head.data(), head.size(), MSG_DONTWAIT));
    CPPUNIT_ASSERT_EQUAL(std::string(8, 0), head.substr(0, 8));
    CPPUNIT_ASSERT(isNothingThere());
}

SPEC(Output, ends_with_what_is_held) {
    output.hold("head only");
    CPPUNIT_ASSERT(output.end());
    CPPUNIT_ASSERT_EQUAL("head only"s, wholeOutput());
}

SPEC(Output, of_any_size_comes_whole) {
    for (const std::size_t size : {1UL, 4095UL, 4096UL, 4097UL, 65'527UL, 65'528UL, 65'529UL, 131'056UL, 3'000'001UL}) {
        std::string body(size, 'x');
        for (std::size_t i = 0; i < size; i += 7) body[i] = char('a' + i % 26);
        SocketPair pair;
        std::swap(connection, pair);
        FastcgiOutput fresh(connection.ours.get(), 1);
        JoiningThreads writer;
        writer.add([&] {
            fresh.hold("held");
            fresh.write(body);
            fresh.end();
        });
        CPPUNIT_ASSERT(wholeOutput() == "held" + body);
        writer.join();
    }
}

SPEC(Output, ends_once) {
    CPPUNIT_ASSERT(output.write("all"));
    CPPUNIT_ASSERT(output.end());
    CPPUNIT_ASSERT(output.end());
    CPPUNIT_ASSERT(!output.write("more"));
    CPPUNIT_ASSERT_EQUAL("all"s, wholeOutput());
    CPPUNIT_ASSERT(isNothingThere());
}

SPEC(Output, of_a_peer_that_has_gone_is_over) {
    connection.theirs = {};
    CPPUNIT_ASSERT(!output.write("anybody?"));
    CPPUNIT_ASSERT(!output.write(""));
    CPPUNIT_ASSERT(!output.end());
}

// What is cut inside a record cannot be gone on with.
SPEC(Output, that_is_not_taken_in_time_is_over) {
    const timeval time{0, 20'000};
    setsockopt(connection.ours.get(), SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
    CPPUNIT_ASSERT(!output.write(std::string(8'000'000, 'x')));
    CPPUNIT_ASSERT(!output.end());
    connection.ours = {};
    const std::string all = allBytes();
    CPPUNIT_ASSERT(all.size() < 8'000'000);
    CPPUNIT_ASSERT(all.find("\1\3"s) == std::string::npos);  // no end of the request
}

}  // namespace
