// HTTP/1.1 answers out of bytes: heads, and bodies by their framing, however they are cut.
#include "upstream/http_answer.h"

#include "support/spec.h"
#include "upstream/failure.h"

#include <string>

using namespace aiproject;
using namespace aiproject::outbound;
using namespace std::string_literals;

namespace {

struct ReadAnswer {
    std::string body, fault;
    int status = 0;
    bool isWhole = false, keepsAlive = false, endsWithConnection = false;
    std::string rest;  // that does not belong to it

    bool operator==(const ReadAnswer& other) const {
        return body == other.body && fault == other.fault && status == other.status && isWhole == other.isWhole &&
               rest == other.rest;
    }
};

ReadAnswer answerIn(const std::string& bytes, std::size_t piece = 1'000'000) {
    HttpAnswer answer;
    ReadAnswer read;
    try {
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            std::string_view next = std::string_view(bytes).substr(at, piece);
            while (!next.empty() && !answer.isWhole()) read.body += answer.take(next);
            read.rest += next;
        }
    } catch (const CallFailure& failure) {
        CPPUNIT_ASSERT(failure.status() == ModelStatus::failed);
        read.fault = failure.what();
    }
    if (answer.head()) read.status = answer.head()->status;
    read.keepsAlive = answer.head() && answer.head()->keepsAlive;
    read.isWhole = answer.isWhole();
    read.endsWithConnection = answer.endsWithConnection();
    return read;
}

struct HttpAnswers : CppUnit::TestCase {
    static ReadAnswer read(const std::string& bytes) {
        ReadAnswer whole = answerIn(bytes);
        for (const std::size_t piece : {1, 2, 3, 7}) CPPUNIT_ASSERT_MESSAGE(bytes, answerIn(bytes, piece) == whole);
        return whole;
    }
    static void expectFault(const std::string& bytes, const std::string& part) {
        const std::string fault = read(bytes).fault;
        CPPUNIT_ASSERT_MESSAGE(fault, fault.find(part) != std::string::npos);
    }
};

}  // namespace

SPEC(HttpAnswers, have_a_body_of_the_length_that_they_say) {
    const ReadAnswer answer = read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello behind");
    CPPUNIT_ASSERT_EQUAL("hello"s, answer.body);
    CPPUNIT_ASSERT_EQUAL(" behind"s, answer.rest);
    CPPUNIT_ASSERT(answer.isWhole && answer.keepsAlive && answer.status == 200);
    CPPUNIT_ASSERT(!read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell").isWhole);
    for (const char* none : {"HTTP/1.1 204 No\r\n\r\n", "HTTP/1.1 304 As\r\nContent-Length: 5\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"})
        CPPUNIT_ASSERT_MESSAGE(none, read(none).isWhole);
}

SPEC(HttpAnswers, are_read_chunk_by_chunk) {
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const ReadAnswer answer =
        read(head + "5\r\nhello\r\n00A;ext=\"1\"\r\n 123456789\r\n1 \r\n!\r\n0\r\nTrailer: x\r\n\r\n");
    CPPUNIT_ASSERT_EQUAL("hello 123456789!"s, answer.body);
    CPPUNIT_ASSERT(answer.isWhole && answer.keepsAlive);
    for (const char* cut : {"5\r\nhello\r\n", "5\r\nhello", "5\r\nhello\r\n0\r\n", "5\r\nhello\r\n0\r\nTrailer: x\r\n"})
        CPPUNIT_ASSERT_MESSAGE(cut, !read(head + cut).isWhole);
    CPPUNIT_ASSERT_EQUAL("hello"s, read(head + "5\nhello\n0\n\n").body);
    for (const char* size : {"\r\n", "x\r\n", "-1\r\n", "5x\r\n", "fffffffffffffffff\r\n", "ffffffffffffffff\r\n"})
        expectFault(head + size, "chunk whose size cannot be read");
    expectFault(head + "2\r\nhello\r\n", "longer than it says");
}

SPEC(HttpAnswers, end_with_their_connection_where_they_say_no_length) {
    const ReadAnswer answer = read("HTTP/1.1 200 OK\r\n\r\nhello");
    CPPUNIT_ASSERT_EQUAL("hello"s, answer.body);
    CPPUNIT_ASSERT(!answer.isWhole && answer.endsWithConnection && !answer.keepsAlive);
    CPPUNIT_ASSERT(!read("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n").endsWithConnection);
}

SPEC(HttpAnswers, say_whether_their_connection_may_be_used_again) {
    CPPUNIT_ASSERT(!read("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").keepsAlive);
    CPPUNIT_ASSERT(!read("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").keepsAlive);
}

SPEC(HttpAnswers, skip_interim_answers_and_empty_lines_before_the_head) {
    const ReadAnswer answer = read(
        "\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
    CPPUNIT_ASSERT(answer.isWhole && answer.body == "a");
}

SPEC(HttpAnswers, may_have_a_status_that_nobody_knows) {
    CPPUNIT_ASSERT_EQUAL(972, read("HTTP/1.1 972\r\nContent-Length: 0\r\n\r\n").status);
}

SPEC(HttpAnswers, keep_what_their_head_says) {
    HttpAnswer answer;
    const std::string text =
        "HTTP/1.1 429 Slow\r\ncontent-type: Application/JSON; charset=utf-8\r\nContent-Encoding: GZIP\r\n"
        "Retry-After: 20\r\nRetry-After-Ms: 19500\r\nX-Request-Id: req_1\r\nContent-Length: 0\r\n\r\n";
    std::string_view bytes = text;
    answer.take(bytes);
    CPPUNIT_ASSERT_EQUAL("application/json"s, answer.head()->contentType);
    CPPUNIT_ASSERT_EQUAL("gzip"s, answer.head()->contentEncoding);
    CPPUNIT_ASSERT_EQUAL("20"s, answer.head()->retryAfter);
    CPPUNIT_ASSERT_EQUAL("19500"s, answer.head()->retryAfterMs);
    CPPUNIT_ASSERT_EQUAL("req_1"s, answer.head()->requestId);
}

SPEC(HttpAnswers, that_are_none_are_refused) {
    for (const char* line : {"SSH-2.0-OpenSSH_9.2", "RTSP/1.0 200 OK", "HTTP/2 200 OK", "HTTP/1.1", "HTTP/1.1 2",
                             "HTTP/1.1 20x", "HTTP/1.1 -20", "HTTP/1.1  200", "HTTP/1.1 099 OK"})
        expectFault(line + "\r\n\r\n"s, "is not HTTP/1.1");
    expectFault("HTTP/1.1 200 OK\r\nTransfer-Encoding: \xff\xfe\r\n\r\n", "was not asked for: ??");
    expectFault("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", "cannot be read");
    expectFault("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "negative length");
    expectFault("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "was not asked for: gzip");
    expectFault("HTTP/1.1 101 Yes\r\nUpgrade: h2c\r\n\r\n", "changes the protocol");
    expectFault("HTTP/1.1 200 OK\r\nA: " + std::string(70'000, 'x'), "more than 64 KiB");
    expectFault("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: " + std::string(70'000, 'x'),
                "more than 64 KiB");
}
