// What the simulator does wrong on purpose, it must do as asked.
#include "integration/upstream_client.h"
#include "support/eventually.h"
#include "support/spec.h"
#include "support/temp_dir.h"

#include <cppunit/TestAssert.h>

namespace {

using namespace aiproject::test;
using namespace aiproject::upstream;
using namespace std::string_literals;

struct UpstreamFaults : CppUnit::TestCase {
    Simulator simulator;

    Answer answerUnder(FaultKind kind, int code = 0) {
        Fault fault;
        fault.kind = kind;
        fault.code = code;
        simulator.setFault(fault);
        return ask(simulator, "/v3.5/chat", kQuestion);
    }
};

}  // namespace

SPEC(UpstreamFaults, refuse_the_handshake) {
    for (const auto& [kind, status] :
         {std::pair(FaultKind::httpStatus, 503), {FaultKind::wrongSignature, 401}, {FaultKind::skewedClock, 403}}) {
        simulator.setFault({kind, 0, "", {}, 1});
        CPPUNIT_ASSERT_EQUAL(status, Client(simulator, "/v3.5/chat").status());
        CPPUNIT_ASSERT(Client(simulator, "/v3.5/chat").isUpgraded());
    }
    simulator.setFault({FaultKind::refuseConnect, 0, "", {}, 1});
    CPPUNIT_ASSERT_THROW(Client(simulator, "/v3.5/chat"), Poco::Exception);
    CPPUNIT_ASSERT_EQUAL(7, simulator.connections());
}

SPEC(UpstreamFaults, break_the_answer) {
    CPPUNIT_ASSERT_EQUAL(10013, answerUnder(FaultKind::errorFrame, 10013).code);
    const auto error = answerUnder(FaultKind::errorMidAnswer, 10014);
    CPPUNIT_ASSERT_EQUAL(10014, error.code);
    CPPUNIT_ASSERT_EQUAL("你好"s, error.content);
    const auto sensitive = answerUnder(FaultKind::sensitiveAtEnd);
    CPPUNIT_ASSERT_EQUAL(10019, sensitive.code);
    CPPUNIT_ASSERT_EQUAL("你好吗"s, sensitive.content);
    CPPUNIT_ASSERT_EQUAL("你好"s, answerUnder(FaultKind::dropMidAnswer).content);
    CPPUNIT_ASSERT_EQUAL("你好"s, answerUnder(FaultKind::closeMidAnswer, 1011).content);
    CPPUNIT_ASSERT_THROW(answerUnder(FaultKind::malformedJson), Poco::Exception);
    CPPUNIT_ASSERT_THROW(answerUnder(FaultKind::notJsonObject), Poco::Exception);
    for (const auto& call : simulator.calls()) CPPUNIT_ASSERT_EQUAL(""s, call.violation);
}

SPEC(UpstreamFaults, keep_the_answer_whole_but_make_it_hard_to_read) {
    for (const auto kind : {FaultKind::pingFlood, FaultKind::emptyFrames, FaultKind::slow, FaultKind::dripping})
        CPPUNIT_ASSERT_EQUAL("你好吗"s, answerUnder(kind).content);
    ASSERT_EVENTUALLY(simulator.calls().at(0).ended);
    CPPUNIT_ASSERT(simulator.calls()[0].pongs >= 400);
    for (const auto kind : {FaultKind::fragmented, FaultKind::binaryFrame}) {
        simulator.setFault({kind, 0, "", {}, -1});
        Client client(simulator, "/v3.5/chat");
        client.send(kQuestion);
        CPPUNIT_ASSERT_EQUAL("你好吗"s, readAnswer(client).content);
        CPPUNIT_ASSERT_EQUAL(kind == FaultKind::fragmented ? 6 : 0, client.fragments);
        CPPUNIT_ASSERT_EQUAL(kind == FaultKind::binaryFrame, client.isBinary);
    }
}

SPEC(UpstreamFaults, come_before_the_answer_or_even_the_question) {
    CPPUNIT_ASSERT_EQUAL(""s, answerUnder(FaultKind::dropBeforeFrame).content);
    CPPUNIT_ASSERT(!simulator.calls().back().request.empty());

    simulator.setFault({FaultKind::closeIdle, 1001, "", {}, 1});
    Client left(simulator, "/v3.5/chat");
    CPPUNIT_ASSERT_EQUAL(""s, left.receive());
    CPPUNIT_ASSERT_EQUAL(1001, left.closeCode);

    simulator.setFault({FaultKind::speakUnasked, 0, "", {}, 1});
    Client addressed(simulator, "/v3.5/chat");
    CPPUNIT_ASSERT(addressed.receive().find("nobody has asked") != std::string::npos);
}

SPEC(UpstreamFaults, announce_more_than_a_client_should_take) {
    simulator.setFault({FaultKind::hugeFrame, 0, "", {}, -1});
    Client client(simulator, "/v3.5/chat");
    client.socket().setMaxPayloadSize(1 << 20);
    client.send(kQuestion);
    CPPUNIT_ASSERT_THROW(client.receive(), Poco::Net::WebSocketException);
}

SPEC(UpstreamFaults, hang_until_the_client_leaves) {
    for (const auto kind : {FaultKind::hangBeforeFrame, FaultKind::hangMidAnswer}) {
        simulator.setFault({kind, 0, "", {}, -1});
        const auto before = simulator.calls().size();
        {
            Client client(simulator, "/v3.5/chat");
            client.send(kQuestion);
            if (kind == FaultKind::hangMidAnswer)
                CPPUNIT_ASSERT(!client.receive().empty() && !client.receive().empty());
            ASSERT_EVENTUALLY(!simulator.calls().at(before).request.empty());
            CPPUNIT_ASSERT(!simulator.calls()[before].ended);
        }
        ASSERT_EVENTUALLY(simulator.calls()[before].ended);
        CPPUNIT_ASSERT(!simulator.calls()[before].answered);
    }
}

SPEC(UpstreamFaults, happen_to_dictation_too) {
    simulator.setFault({FaultKind::errorMidAnswer, 10114, "session timeout", {}, -1});
    Client client(simulator, "/v2/iat");
    client.send(classicFrame(0, std::string(8000, 'a'), R"(,"dwa":"wpgs")"));
    client.send(classicFrame(1, std::string(8000, 'a')));
    std::vector<int> codes;
    for (auto text = client.receive(); !text.empty(); text = client.receive())
        codes.push_back(parsed(text)->getValue<int>("code"));
    CPPUNIT_ASSERT((std::vector{0, 0, 10114}) == codes);
}

SPEC(UpstreamFaults, end_with_the_simulator_however_many_hang) {
    std::vector<std::unique_ptr<Client>> clients;
    {
        Options options;
        options.fault.kind = FaultKind::hangBeforeFrame;
        const Simulator crowded(options);
        for (int i = 0; i < 200; ++i) {
            clients.push_back(std::make_unique<Client>(crowded, "/v3.5/chat"));
            clients.back()->send(kQuestion);
        }
        CPPUNIT_ASSERT_EQUAL(200, crowded.connections());
    }
    CPPUNIT_ASSERT(clients.back()->isUpgraded());
}

SPEC(UpstreamFaults, happen_under_tls_too) {
    const TempDir directory;
    Options options;
    options.transport = Transport::tls;
    options.caDirectory = directory.path();
    Simulator secured(options);
    for (const auto kind : {FaultKind::fragmented, FaultKind::dripping, FaultKind::pingFlood}) {
        secured.setFault({kind, 0, "", {}, 1});
        CPPUNIT_ASSERT_EQUAL("你好吗"s, ask(secured, "/v3.5/chat", kQuestion).content);
    }
    secured.setFault({FaultKind::refuseConnect, 0, "", {}, 1});
    CPPUNIT_ASSERT_THROW(Client(secured, "/v3.5/chat"), Poco::Exception);
    secured.setFault({FaultKind::dropMidAnswer, 0, "", {}, 1});
    CPPUNIT_ASSERT_THROW(ask(secured, "/v3.5/chat", kQuestion), Poco::Exception);
}
