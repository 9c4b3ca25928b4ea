// The unit test of @NAME@: `make check`, or ctest. The plugin is linked in; the kit's reply stands for the host, and a
// server on this machine for the service.
#include "aiproject/testing.h"
#include "test_server.h"

#include <iostream>
#include <string>

namespace {

using namespace aiproject;

int failures = 0;

template <class Value>
void expect(const char* what, const Value& wanted, const Value& got) {
    if (wanted == got) return;
    std::cerr << "FAILED: " << what << ": wanted '" << wanted << "', got '" << got << "'\n";
    ++failures;
}

ModelStatus ask(TestServer& server, testing::Reply& reply) {
    const testing::Model model(*aiprojectModelPlugin(), {{"url", server.url()}, {"api_key", "key-of-the-test"}});
    return model.ask(testing::Question::text("what?"), reply);
}

void passesEventsOn() {
    TestServer server("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: so \n\ndata: it is\n\n");
    testing::Reply reply;
    expect("status", int(ModelStatus::ok), int(ask(server, reply)));
    expect("answer", std::string("so it is"), reply.content());
    const std::string question = server.question();
    expect("question", true, question.find("{\"question\":\"what?\"}") != std::string::npos);
    expect("key", true, question.find("Authorization: Bearer key-of-the-test\r\n") != std::string::npos);
}

void stopsWhenTheClientLeaves() {
    TestServer server("HTTP/1.1 200 OK\r\n\r\ndata: so \n\ndata: it is\n\n");
    testing::Reply reply;
    reply.refuseFrom(2);
    expect("status", int(ModelStatus::stopped), int(ask(server, reply)));
    expect("answer", std::string("so "), reply.content());
}

void saysWhyTheServiceRefused() {
    TestServer server("HTTP/1.1 429 Slow\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n");
    testing::Reply reply;
    expect("status", int(ModelStatus::busy), int(ask(server, reply)));
    expect("retry", 2'000U, reply.retryMs);
}

void failsWhenTheAnswerIsCut() {
    TestServer server("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\ndata: so \n\n");
    testing::Reply reply;
    expect("status", int(ModelStatus::unavailable), int(ask(server, reply)));
}

void checksItsSettings() {
    expect("without url", false, bool(testing::Model(*aiprojectModelPlugin())));
    expect("with a wrong url", false, bool(testing::Model(*aiprojectModelPlugin(), {{"url", "example.org"}})));
}

}  // namespace

int main() {
    passesEventsOn();
    stopsWhenTheClientLeaves();
    saysWhyTheServiceRefused();
    failsWhenTheAnswerIsCut();
    checksItsSettings();
    if (failures == 0) std::cout << "@NAME@: all tests passed\n";
    return failures == 0 ? 0 : 1;
}
