#include "bench/load/answer_reader.h"
#include "bench/load/target.h"
#include "support/spec.h"

#include <stdexcept>

using namespace aiproject;
using namespace aiproject::bench;

namespace {

struct Answers : CppUnit::TestCase, BodySink {
    std::string text;
    void body(std::string_view piece) override { text += piece; }

    // In pieces of `size`; whether the answer was complete, and not before its end.
    bool isComplete(AnswerReader& reader, const std::string& bytes, std::size_t size) {
        reader.restart();
        text.clear();
        for (std::size_t at = 0; at < bytes.size(); at += size)
            if (reader.read(std::string_view(bytes).substr(at, size), *this)) return at + size >= bytes.size();
        return false;
    }

    void assertBody(AnswerReader& reader, const std::string& bytes, const std::string& expected) {
        for (const std::size_t size : {std::size_t(1), std::size_t(2), std::size_t(7), bytes.size()}) {
            CPPUNIT_ASSERT(isComplete(reader, bytes, size));
            CPPUNIT_ASSERT_EQUAL(expected, text);
        }
    }

    std::string failureOf(AnswerReader& reader, const std::string& bytes) {
        try {
            return isComplete(reader, bytes, bytes.size()) ? "complete" : "incomplete";
        } catch (const std::runtime_error& e) {
            return e.what();
        }
    }
};

std::string record(char type, const std::string& content, std::size_t padding = 0) {
    const char head[] = {1, type, 0, 1, char(content.size() >> 8U), char(content.size()), char(padding), 0};
    return std::string(head, sizeof head) + content + std::string(padding, '\7');
}

const std::string kEnd = record(6, "") + record(3, std::string(8, '\0'));

}  // namespace

SPEC(Answers, of_http_are_read_in_chunks_however_they_arrive) {
    assertBody(
        *newHttpAnswer(),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\nA;x=1\r\ntwo three\n\r\n0\r\nT: 1\r\n\r\n",
        "one\ntwo three\n");
}

SPEC(Answers, of_http_are_read_by_length_and_up_to_the_connections_end) {
    assertBody(*newHttpAnswer(), "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none", "one");
    const auto reader = newHttpAnswer();
    CPPUNIT_ASSERT(!isComplete(*reader, "HTTP/1.1 200 OK\r\n\r\none", 4));
    CPPUNIT_ASSERT(reader->endsWithConnection() && text == "one");
}

SPEC(Answers, of_http_that_break_off_are_not_complete) {
    const auto reader = newHttpAnswer();
    for (const char* bytes : {"HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\non",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n"})
        CPPUNIT_ASSERT(!isComplete(*reader, bytes, 5) && !reader->endsWithConnection());
}

SPEC(Answers, of_http_and_fastcgi_fail_with_their_status) {
    CPPUNIT_ASSERT_EQUAL(std::string("answered with status 502"),
                         failureOf(*newHttpAnswer(), "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("answered with status 503"),
                         failureOf(*newFastcgiAnswer(), record(6, "Status: 503 Busy\r\n\r\n") + kEnd));
}

SPEC(Answers, of_fastcgi_are_read_across_records_padding_and_log_lines) {
    const std::string answer = record(6, "Content-Type: a/b\r\n\r", 3) + record(7, "to the log", 6) +
                               record(6, "\none\n", 4) + record(6, std::string(300, 'x')) + kEnd;
    assertBody(*newFastcgiAnswer(), answer, "one\n" + std::string(300, 'x'));
}

SPEC(Answers, of_fastcgi_are_complete_with_their_end_record_alone) {
    const auto reader = newFastcgiAnswer();
    const std::string answer = record(6, "A: b\r\n\r\none\n") + record(6, "");
    CPPUNIT_ASSERT(!isComplete(*reader, answer, 3) && !reader->endsWithConnection());
    CPPUNIT_ASSERT_EQUAL(std::string("the worker refused the request"),
                         failureOf(*reader, record(3, std::string("\0\0\0\0\2\0\0\0", 8))));
    CPPUNIT_ASSERT_EQUAL(std::string("a record that is not of FastCGI version 1"), failureOf(*reader, "HTTP/1.1"));
}

SPEC(Answers, are_asked_for_with_the_parameters_that_nginx_sends) {
    const std::string body(70'000, 'b');
    const std::string request = fastcgiRequest("/textModel/stream", {{"Uuid", "u-1"}}, body);
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), request.size() % 8);
    for (const char* part : {"\x0e\x04REQUEST_METHODPOST",
                             "\x0c\x11"
                             "DOCUMENT_URI/textModel/stream",
                             "\x0e\x05"
                             "CONTENT_LENGTH70000",
                             "\x09\x03HTTP_UUIDu-1"})
        CPPUNIT_ASSERT_MESSAGE(part, request.find(part) != std::string::npos);
    std::size_t records = 0, bodyBytes = 0;
    for (std::size_t at = 0; at < request.size(); ++records) {
        const auto byte = [&](std::size_t offset) {
            return std::size_t(static_cast<unsigned char>(request[at + offset]));
        };
        const std::size_t size = byte(4) << 8U | byte(5);
        if (byte(1) == 5) bodyBytes += size;
        at += 8 + size + byte(6);
    }
    CPPUNIT_ASSERT_EQUAL(body.size(), bodyBytes);
    CPPUNIT_ASSERT_EQUAL(std::size_t(1 + 2 + 4), records);
}
