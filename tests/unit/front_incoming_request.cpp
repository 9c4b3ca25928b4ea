// FastCGI's records, as a web server sends them and as nobody should.
#include "front/incoming_request.h"

#include "support/fastcgi_client.h"
#include "support/spec.h"

#include <cppunit/TestAssert.h>
#include <cppunit/TestCase.h>

#include <random>

using namespace aiproject;
using namespace aiproject::test;
using State = aiproject::IncomingRequest::State;

namespace {

enum : unsigned char { begin = 1, abortRequest = 2, parameters = 4, input = 5, getValues = 9 };

std::string record(unsigned char type, std::string_view content, unsigned char id = 1, unsigned char padding = 0) {
    const unsigned char head[] = {1,
                                  type,
                                  0,
                                  id,
                                  static_cast<unsigned char>(content.size() >> 8U),
                                  static_cast<unsigned char>(content.size()),
                                  padding,
                                  0};
    return std::string(reinterpret_cast<const char*>(head), sizeof head).append(content) + std::string(padding, 'p');
}

std::string beginning(char role = 1, unsigned char id = 1) {
    return record(begin, std::string{0, role, 0, 0, 0, 0, 0, 0}, id);
}

struct RequestRecords : CppUnit::TestCase {
    IncomingRequest request;
    const std::string whole =
        FastcgiClient::records({"POST", "/auth/login", "{}", {{"LONG", std::string(300, 'x')}, {"EMPTY", ""}}});

    void assertIsWhole() const {
        CPPUNIT_ASSERT(request.state() == State::whole);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t(whole.size()), request.bytes());
        CPPUNIT_ASSERT_EQUAL(whole.find("{}") - 8, request.headBytes());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t(2), request.bodyBytes());
        CPPUNIT_ASSERT_EQUAL(std::uint16_t(1), request.id());
    }
    static State stateAfter(const std::string& bytes) { return IncomingRequest().take(bytes); }
};

SPEC(RequestRecords, are_a_request_when_all_are_there) {
    request.take(whole);
    assertIsWhole();
}

SPEC(RequestRecords, may_come_byte_after_byte) {
    for (std::size_t i = 0; i < whole.size(); ++i) {
        CPPUNIT_ASSERT(request.state() == State::head || request.state() == State::body);
        request.take(whole.substr(i, 1));
    }
    assertIsWhole();
}

SPEC(RequestRecords, end_where_the_request_ends) {
    request.take(whole + whole);
    assertIsWhole();
    request.take(whole);
    assertIsWhole();
}

SPEC(RequestRecords, have_a_head_before_their_body) {
    request.take(whole.substr(0, whole.find("{}") - 9));
    CPPUNIT_ASSERT(!request.hasHead() && request.state() == State::head);
    request.take(whole.substr(request.bytes(), 1));
    CPPUNIT_ASSERT(request.hasHead() && request.state() == State::body);
}

SPEC(RequestRecords, may_be_padded_and_cut_anywhere) {
    const std::string pairs("\3\2KEYva\x80\0\0\1\x80\0\0\2Kva", 18);
    const std::string head = beginning() + record(parameters, pairs.substr(0, 1), 1, 7) +
                             record(parameters, pairs.substr(1, 8), 1, 255) + record(parameters, pairs.substr(9), 1) +
                             record(parameters, "");
    request.take(head + record(input, "a", 1, 1) + record(input, "b", 1, 200) + record(input, "", 1, 8));
    CPPUNIT_ASSERT(request.state() == State::whole);
    CPPUNIT_ASSERT_EQUAL(head.size(), request.headBytes());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(2), request.bodyBytes());
}

SPEC(RequestRecords, are_broken_by_what_no_web_server_sends) {
    for (const std::string& bytes :
         {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(4096, '\xff'), record(parameters, ""), record(input, ""),
          beginning(2), beginning(3), beginning() + beginning(), beginning() + beginning(1, 2), record(begin, "short"),
          record(begin, std::string(65'535, 0)), beginning() + record(input, ""),
          beginning() + record(parameters, "", 2), beginning() + record(abortRequest, ""),
          beginning() + record(parameters, "") + record(parameters, ""), beginning() + record(99, "")})
        CPPUNIT_ASSERT(stateAfter(bytes) == State::broken);
}

// libfcgi takes it for the head of the next record.
SPEC(RequestRecords, are_broken_by_padding_where_one_kind_follows_another) {
    const std::string paddedBeginning = record(begin, std::string("\0\1\0\0\0\0\0\0", 8), 1, 8);
    CPPUNIT_ASSERT(stateAfter(paddedBeginning) == State::broken);
    CPPUNIT_ASSERT(stateAfter(beginning() + record(parameters, "", 1, 8)) == State::broken);
}

// libfcgi aborts the process at some of them.
SPEC(RequestRecords, about_the_connection_reach_libfcgi_never) {
    const std::string values = record(getValues, "\x0f\0FCGI_MAX_CONNS", 0, 3);
    for (const std::string& bytes :
         {values, beginning() + values, beginning() + record(parameters, "") + values, beginning(1, 0),
          beginning() + record(input, "", 0), record(getValues, ""), beginning() + record(99, "", 0)})
        CPPUNIT_ASSERT(stateAfter(bytes) == State::broken);
}

SPEC(RequestRecords, are_broken_by_lengths_that_lie) {
    for (const std::string& list :
         {std::string("\1", 1), std::string("\5\5abc", 5), std::string("\xff\xff\xff\xff\xff\xff\xff\xff", 8),
          std::string("\x7f\x01", 2), std::string("\x80\0\0", 3), std::string("\x01\x80\0\0", 4),
          std::string("\xff\xff\xff\xf0\xff\xff\xff\xf0name", 12), std::string("\xff\xff\xff\xfe\0", 5)})
        CPPUNIT_ASSERT(stateAfter(beginning() + record(parameters, list) + record(parameters, "")) == State::broken);
}

SPEC(RequestRecords, have_a_limit_for_their_parameters_and_none_for_their_body) {
    request.take(beginning());
    const std::string pair = std::string("\0\x80\0\xea\x5b", 5) + std::string(59'995, 'x');
    for (int i = 0; i < 2; ++i) CPPUNIT_ASSERT(request.take(record(parameters, pair)) == State::head);
    CPPUNIT_ASSERT(request.take(record(parameters, pair)) == State::broken);

    IncomingRequest padded;
    padded.take(beginning());
    for (int i = 0; i < 1'000; ++i) padded.take(record(parameters, std::string("\0\0", 2), 1, 255));
    CPPUNIT_ASSERT(padded.state() == State::broken);

    IncomingRequest upload;
    upload.take(beginning() + record(parameters, ""));
    for (int i = 0; i < 100; ++i) upload.take(record(input, std::string(60'000, 'x')));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(6'000'000), upload.bodyBytes());
    CPPUNIT_ASSERT(upload.take(record(input, "")) == State::whole);
}

SPEC(RequestRecords, that_were_changed_are_read_the_same_in_any_pieces) {
    std::mt19937 dice(4711);
    for (int round = 0; round < 3000; ++round) {
        std::string bytes = whole;
        for (unsigned i = 0; i <= dice() % 4; ++i) bytes[dice() % bytes.size()] = char(dice());
        IncomingRequest once, pieces;
        once.take(bytes);
        for (std::size_t at = 0; at < bytes.size();) {
            const std::size_t size = 1 + dice() % 40;
            pieces.take(std::string_view(bytes).substr(at, size));
            at += size;
        }
        CPPUNIT_ASSERT(once.state() == pieces.state());
        CPPUNIT_ASSERT_EQUAL(once.headBytes(), pieces.headBytes());
        CPPUNIT_ASSERT_EQUAL(once.bodyBytes(), pieces.bodyBytes());
    }
}

}  // namespace
