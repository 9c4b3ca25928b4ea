// A real worker process, asked over its socket as nginx would, and as nginx never would.
#include "support/eventually.h"
#include "support/process_view.h"
#include "support/spec.h"
#include "support/worker_under_test.h"

#include <signal.h>

using namespace aiproject::test;

namespace {

struct Worker : CppUnit::TestCase {
    WorkerUnderTest worker;
};

bool serves(const WorkerUnderTest& worker) { return worker.ask({"GET", "/healthz", "", {}}).status == 200; }

}  // namespace

SPEC(Worker, streams_a_frame_a_line_and_ends_with_status_2) {
    const std::string uuid = worker.newUser("alice");
    const auto answer = worker.post("/textModel/stream", textBody(uuid, "alice", "one two three"));
    CPPUNIT_ASSERT_EQUAL(200, answer.status);
    CPPUNIT_ASSERT(answer.complete);
    CPPUNIT_ASSERT_EQUAL(std::string("no"), answer.headers.at("x-accel-buffering"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(4), countOf(answer.body, "\n"));
    const std::string last = answer.body.substr(answer.body.rfind('\n', answer.body.size() - 2) + 1);
    CPPUNIT_ASSERT(last.find("\"status\":2") != std::string::npos);
    CPPUNIT_ASSERT(last.find("\"total_tokens\":3") != std::string::npos);
}

SPEC(Worker, tells_a_body_that_was_cut_from_a_whole_one) {
    const auto answer = worker.ask({"POST", "/auth/login", R"({"username":"a"})", {{"CONTENT_LENGTH", "1000"}}});
    CPPUNIT_ASSERT(answer.body.find("APP_QUERY_METHOD_ERROR") != std::string::npos);
}

SPEC(Worker, refuses_a_body_over_the_limit_before_and_while_it_reads) {
    const std::string large(5UL * 1024 * 1024, 'x');
    for (const std::string length : {"5242880", "", "garbage"}) {
        const auto answer = worker.ask({"POST", "/auth/login", large, {{"CONTENT_LENGTH", length}}});
        CPPUNIT_ASSERT(answer.body.find("BODY_TOO_LARGE") != std::string::npos);
        CPPUNIT_ASSERT(answer.complete);
    }
}

SPEC(Worker, answers_without_reading_a_body_it_does_not_want) {
    const std::string large(3UL * 1024 * 1024, 'x');
    const auto answer = worker.ask({"POST", "/no/such/path", large, {}});
    CPPUNIT_ASSERT_EQUAL(404, answer.status);
    CPPUNIT_ASSERT(answer.complete);
}

SPEC(Worker, takes_a_request_id_from_nginx_but_not_a_forged_one) {
    worker.ask({"GET", "/healthz", "", {{"REQUEST_ID", "0123456789abcdef"}}});
    worker.ask({"GET", "/healthz", "", {{"REQUEST_ID", "x\nrequest id=forged"}}});
    ASSERT_EVENTUALLY(countOf(worker.log(), "path=/healthz") == 2);
    CPPUNIT_ASSERT(worker.log().find("id=0123456789abcdef") != std::string::npos);
    CPPUNIT_ASSERT(worker.log().find("forged") == std::string::npos);
}

SPEC(Worker, keeps_header_values_from_forging_log_lines_and_headers) {
    const std::string evil = "eve\r\nX-Evil: 1\n2026-01-01 request code=0";
    const auto answer = worker.ask(
        {"POST", "/PictureToTextModel/chat", "\xff\xd8\xff", {{"HTTP_UUID", evil}, {"HTTP_USERNAME", evil}}});
    CPPUNIT_ASSERT(answer.body.find("USER_NOT_FOUND") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), answer.headers.count("x-evil"));
    CPPUNIT_ASSERT(worker.log().find("\n2026-01-01 request") == std::string::npos);
}

SPEC(Worker, survives_peers_that_break_the_protocol) {
    const std::string whole = FastcgiClient::records({"GET", "/healthz", "", {}});
    for (const std::string& bytes :
         {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(1, '\1'), std::string(4096, '\xff'), whole.substr(0, 9),
          whole.substr(0, whole.size() - 8), std::string()}) {
        FastcgiClient client(worker.socket());
        client.sendRaw(bytes);
        client.close();
    }
    CPPUNIT_ASSERT(serves(worker));
    CPPUNIT_ASSERT(worker.process().isRunning());
}

SPEC(Worker, ends_the_call_of_a_client_that_leaves) {
    const std::string uuid = worker.newUser("alice");
    std::string question;
    for (int i = 0; i < 200'000; ++i) question += "w ";
    FastcgiRequest request{"POST", "/textModel/stream", textBody(uuid, "alice", question), {}};
    FastcgiClient client(worker.socket());
    client.send(request);
    CPPUNIT_ASSERT(client.readUntil("\"status\":1"));
    client.close();
    ASSERT_EVENTUALLY(worker.log().find("code=CLIENT_LEFT") != std::string::npos);
}

SPEC(Worker, finishes_the_running_stream_on_SIGTERM_and_takes_no_new_request) {
    const std::string uuid = worker.newUser("alice");
    std::string question;
    for (int i = 0; i < 50'000; ++i) question += "w ";
    FastcgiClient client(worker.socket());
    client.send({"POST", "/textModel/stream", textBody(uuid, "alice", question), {}});
    CPPUNIT_ASSERT(client.readUntil("\"status\":1"));
    worker.process().signal(SIGTERM);
    ASSERT_EVENTUALLY(worker.log().find("stopping, ") != std::string::npos);  // a login may be about to be counted out
    const auto answer = client.read();
    CPPUNIT_ASSERT(answer.complete);
    CPPUNIT_ASSERT(answer.body.find("\"status\":2") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(0, worker.process().wait().value_or(-1));
}

SPEC(Worker, says_what_to_do_when_standard_input_is_no_listening_socket) {
    const auto finished = runToEnd({programPath(), {"worker", "-c", worker.installation().configFile()}});
    CPPUNIT_ASSERT_EQUAL(1, finished.code);
    CPPUNIT_ASSERT(finished.output.find("standard input is no listening socket") != std::string::npos);
}

namespace {

struct SmallWorker : CppUnit::TestCase {
    // The pool of a worker without --pool is the default one, so its size comes from a pool of its own.
    WorkerUnderTest worker{{{"timeout.client_ms", "5000"}}};
};

}  // namespace

SPEC(SmallWorker, drops_a_peer_that_sends_half_a_request_and_waits) {
    const std::string whole = FastcgiClient::records({"POST", "/auth/login", std::string(100'000, 'x'), {}});
    FastcgiClient silent(worker.socket());
    FastcgiClient inHeader(worker.socket());
    inHeader.sendRaw(whole.substr(0, 12));  // each at once, before its time is over
    FastcgiClient inBody(worker.socket());
    inBody.sendRaw(whole.substr(0, 50'000));
    CPPUNIT_ASSERT(!silent.read().complete);
    CPPUNIT_ASSERT(!inHeader.read().complete);
    inBody.read();
    CPPUNIT_ASSERT(serves(worker));
}

SPEC(SmallWorker, drops_a_peer_that_does_not_read) {
    const std::string uuid = worker.newUser("alice");
    std::string question;
    for (int i = 0; i < 200'000; ++i) question += "w ";
    FastcgiClient client(worker.socket());
    client.send({"POST", "/textModel/stream", textBody(uuid, "alice", question), {}});
    ASSERT_EVENTUALLY(worker.log().find("code=CLIENT_LEFT") != std::string::npos);
}
