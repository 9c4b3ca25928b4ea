// What the simulator's OpenAI face does wrong on purpose, it must do as asked.
#include "integration/openai_client.h"
#include "support/spec.h"
#include "support/temp_dir.h"

#include <Poco/InflatingStream.h>
#include <Poco/Net/Context.h>
#include <cppunit/TestAssert.h>

namespace {

using namespace aiproject::test;
using namespace aiproject::upstream;
using namespace std::string_literals;
using std::chrono::milliseconds;

struct OpenAiFaults : CppUnit::TestCase {
    Simulator simulator;

    HttpReply under(const Fault& fault, const std::string& request) {
        simulator.setFault(fault);
        OpenAiClient client(simulator);
        return client.chat(request);
    }
    HttpReply under(FaultKind kind, int code = 0) {
        return under({kind, code, "", {}}, openAiAsk("你好吗", kStreamed));
    }
    HttpReply plainUnder(FaultKind kind, int code = 0) { return under({kind, code, "", {}}, openAiAsk("你好吗")); }

    void tearDown() override {
        for (const auto& call : simulator.calls()) CPPUNIT_ASSERT_EQUAL(""s, call.violation);
    }
};

}  // namespace

SPEC(OpenAiFaults, refuse_the_request) {
    const auto codeOf = [&](const HttpReply& reply) {
        return reply.error()->isNull("code") ? "-"s : reply.error()->getValue<std::string>("code");
    };
    CPPUNIT_ASSERT_EQUAL(503, under(FaultKind::httpStatus).status);
    CPPUNIT_ASSERT_EQUAL("invalid_api_key"s, codeOf(under(FaultKind::wrongSignature)));
    CPPUNIT_ASSERT_EQUAL(403, under(FaultKind::skewedClock).status);
    CPPUNIT_ASSERT_EQUAL(402, under(FaultKind::httpStatus, 402).status);
    const auto busy = under({FaultKind::httpStatus, 429, "", {}, 1, "Retry-After: 2"}, openAiAsk("a"));
    CPPUNIT_ASSERT_EQUAL("rate_limit_exceeded"s, codeOf(busy));
    CPPUNIT_ASSERT(busy.head.find("\r\nRetry-After: 2\r\n") != std::string::npos);
    const auto moved = under({FaultKind::httpStatus, 307, "", {}, 1, "Location: http://localhost:9/"}, openAiAsk("a"));
    CPPUNIT_ASSERT_EQUAL(307, moved.status);
    CPPUNIT_ASSERT(moved.head.find("\r\nLocation: ") != std::string::npos);
    const auto html = under({FaultKind::httpStatus, 200, "<html>", {}, 1}, openAiAsk("a"));
    CPPUNIT_ASSERT_EQUAL(200, html.status);
    CPPUNIT_ASSERT(html.head.find("text/html") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(0, under(FaultKind::refuseConnect).status);
    CPPUNIT_ASSERT_EQUAL(0, under(FaultKind::dropBeforeFrame).status);
}

SPEC(OpenAiFaults, are_counted_by_requests) {
    simulator.setFault({FaultKind::httpStatus, 500, "", {}, 2});
    OpenAiClient client(simulator);
    CPPUNIT_ASSERT_EQUAL(500, client.chat(openAiAsk("a")).status);
    CPPUNIT_ASSERT_EQUAL(500, client.chat(openAiAsk("a")).status);
    CPPUNIT_ASSERT_EQUAL(200, client.chat(openAiAsk("a")).status);
    CPPUNIT_ASSERT_EQUAL(1, simulator.connections());
}

SPEC(OpenAiFaults, leave_a_connection_whose_body_ended_properly) {
    OpenAiClient client(simulator);
    for (const auto kind : {FaultKind::errorFrame, FaultKind::errorMidAnswer, FaultKind::closeMidAnswer,
                            FaultKind::endAtByte, FaultKind::none}) {
        simulator.setFault({kind, 0, "", {}});
        for (const auto* more : {kStreamed.c_str(), ""}) CPPUNIT_ASSERT(client.chat(openAiAsk("a", more)).isWhole);
    }
    CPPUNIT_ASSERT_EQUAL(1, simulator.connections());
}

SPEC(OpenAiFaults, break_the_stream) {
    const struct {
        FaultKind kind;
        bool isWhole;
        const char *content, *error;
    } cases[] = {
        {FaultKind::errorFrame, true, "", "simulated fault"},
        {FaultKind::errorMidAnswer, true, "你", "simulated fault"},
        {FaultKind::dropMidAnswer, false, "你", ""},
        {FaultKind::closeMidAnswer, true, "你", ""},
    };
    for (const auto& one : cases) {
        const auto reply = under(one.kind);
        CPPUNIT_ASSERT_EQUAL(200, reply.status);
        CPPUNIT_ASSERT_EQUAL(one.isWhole, reply.isWhole);
        const StreamedAnswer answer(reply.body);
        CPPUNIT_ASSERT_EQUAL(std::string(one.content), answer.content);
        CPPUNIT_ASSERT_EQUAL(std::string(one.error), answer.error);
        CPPUNIT_ASSERT(answer.finish.empty() && !answer.isDone);
        CPPUNIT_ASSERT(!simulator.calls().back().answered);
    }
    CPPUNIT_ASSERT_THROW(StreamedAnswer(under(FaultKind::malformedJson).body), Poco::Exception);
    CPPUNIT_ASSERT_THROW(StreamedAnswer(under(FaultKind::notJsonObject).body), Poco::Exception);
    CPPUNIT_ASSERT_EQUAL("content_filter"s, StreamedAnswer(under(FaultKind::sensitiveAtEnd).body).finish);
}

SPEC(OpenAiFaults, break_an_answer_in_one_piece) {
    CPPUNIT_ASSERT_EQUAL("simulated fault"s,
                         plainUnder(FaultKind::errorFrame).error()->getValue<std::string>("message"));
    CPPUNIT_ASSERT(!plainUnder(FaultKind::dropMidAnswer).isWhole);
    const auto cut = plainUnder(FaultKind::closeMidAnswer);
    CPPUNIT_ASSERT(cut.isWhole);
    CPPUNIT_ASSERT_THROW(cut.json(), Poco::Exception);
    CPPUNIT_ASSERT(!plainUnder(FaultKind::noUsage).json()->has("usage"));
    CPPUNIT_ASSERT_EQUAL('\n', plainUnder(FaultKind::pingFlood).body.at(0));
}

SPEC(OpenAiFaults, cut_at_each_byte) {
    for (const auto* more : {kStreamed.c_str(), ""}) {
        const auto request = openAiAsk("你好吗", more);
        const auto size = under({}, request).body.size();
        for (std::size_t at = 0; at <= size; ++at) {
            const auto cut = under({FaultKind::cutAtByte, static_cast<int>(at), "", {}}, request);
            CPPUNIT_ASSERT_EQUAL(at, cut.body.size());
            CPPUNIT_ASSERT_EQUAL(at == size, cut.isWhole);
            const auto ended = under({FaultKind::endAtByte, static_cast<int>(at), "", {}}, request);
            CPPUNIT_ASSERT_EQUAL(at, ended.body.size());
            CPPUNIT_ASSERT(ended.isWhole);
        }
    }
}

SPEC(OpenAiFaults, keep_the_answer_whole_but_make_it_hard_to_read) {
    for (const auto kind : {FaultKind::pingFlood, FaultKind::emptyFrames, FaultKind::slow, FaultKind::dripping,
                            FaultKind::fragmented, FaultKind::late, FaultKind::looseLines, FaultKind::usageTwice}) {
        const StreamedAnswer answer(under(kind).body);
        CPPUNIT_ASSERT_EQUAL("你好吗"s, answer.content);
        CPPUNIT_ASSERT_EQUAL("stop"s, answer.finish);
        CPPUNIT_ASSERT_EQUAL(6, answer.usage->getValue<int>("total_tokens"));
    }
    CPPUNIT_ASSERT(under(FaultKind::looseLines).body.rfind("data:{", 0) == 0);
    CPPUNIT_ASSERT(!StreamedAnswer(under(FaultKind::noUsage).body).usage);
    CPPUNIT_ASSERT(!StreamedAnswer(under(FaultKind::noDone).body).isDone);
    const StreamedAnswer open(under(FaultKind::noFinish).body);
    CPPUNIT_ASSERT(open.isDone && open.finish.empty());
}

SPEC(OpenAiFaults, compress_unasked) {
    for (const auto* more : {kStreamed.c_str(), ""}) {
        const auto reply = under({FaultKind::gzipped, 0, "", {}}, openAiAsk("你好吗", more));
        CPPUNIT_ASSERT(reply.head.find("Content-Encoding: gzip") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL('\x1f', reply.body.at(0));
        std::istringstream packed(reply.body);
        Poco::InflatingInputStream inflater(packed, Poco::InflatingStreamBuf::STREAM_GZIP);
        std::string text;
        Poco::StreamCopier::copyToString(inflater, text);
        CPPUNIT_ASSERT(text.find("chat.completion") != std::string::npos);
    }
}

SPEC(OpenAiFaults, send_a_line_without_an_end) {
    constexpr int size = 1024 * 1024;
    const auto reply = under(FaultKind::hugeFrame, size);
    CPPUNIT_ASSERT(reply.body.size() >= std::size_t(size));
    CPPUNIT_ASSERT_EQUAL(std::string::npos, reply.body.find('\n'));
}

SPEC(OpenAiFaults, end_idle_connections) {
    for (const auto kind : {FaultKind::closeIdle, FaultKind::speakUnasked}) {
        simulator.setFault({kind, 0, "", milliseconds(1)});
        OpenAiClient client(simulator);
        CPPUNIT_ASSERT_EQUAL(200, client.chat(openAiAsk("a")).status);
        if (kind == FaultKind::speakUnasked) CPPUNIT_ASSERT_EQUAL(408, client.receive().status);
        CPPUNIT_ASSERT(client.isClosedByPeer());
    }
}

SPEC(OpenAiFaults, end_with_the_simulator_and_with_the_client) {
    for (const auto kind : {FaultKind::hangBeforeUpgrade, FaultKind::hangBeforeFrame, FaultKind::hangMidAnswer}) {
        Options options;
        options.fault.kind = kind;
        std::optional<Simulator> hanging(std::in_place, options);
        {
            OpenAiClient leaving(*hanging);
            leaving.send(
                "POST /v1/chat/completions HTTP/1.1\r\nAuthorization: Bearer sk-simulator-not-real\r\n"
                "Content-Type: application/json\r\nContent-Length: " +
                std::to_string(openAiAsk("a", kStreamed).size()) + "\r\n\r\n" + openAiAsk("a", kStreamed));
            ASSERT_EVENTUALLY(!hanging->calls().empty() && !hanging->calls()[0].request.empty());
        }
        ASSERT_EVENTUALLY(hanging->calls()[0].ended);
        OpenAiClient staying(*hanging);
        staying.send("GET /v1/models HTTP/1.1\r\nAuthorization: Bearer sk-simulator-not-real\r\n\r\n");
        ASSERT_EVENTUALLY(hanging->calls().size() == 2);
        hanging.reset();
    }
}

SPEC(OpenAiFaults, happen_under_tls_too) {
    const TempDir directory;
    Options options;
    options.transport = Transport::tls;
    options.caDirectory = directory.path();
    Simulator secured(options);
    const Poco::Net::Context::Ptr context =
        new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, secured.caFile());
    Poco::Net::HTTPSClientSession session("localhost", secured.port(), context);
    session.setKeepAlive(true);
    for (const auto kind : {FaultKind::none, FaultKind::fragmented, FaultKind::dripping}) {
        secured.setFault({kind, 0, "", {}});
        HTTPRequest request(HTTPRequest::HTTP_POST, "/v1/chat/completions", HTTPRequest::HTTP_1_1);
        const auto body = openAiAsk("你好吗", kStreamed);
        request.set("Authorization", "Bearer " + options.openAiKey);
        request.setContentType("application/json");
        request.setContentLength(static_cast<std::streamsize>(body.size()));
        session.sendRequest(request) << body;
        Poco::Net::HTTPResponse response;
        std::string text;
        Poco::StreamCopier::copyToString(session.receiveResponse(response), text);
        CPPUNIT_ASSERT_EQUAL("你好吗"s, StreamedAnswer(text).content);
    }
    CPPUNIT_ASSERT_EQUAL(1, secured.connections());
    CPPUNIT_ASSERT_EQUAL("https://localhost:" + std::to_string(secured.port()) + "/v1", secured.openAiUrl());
}
