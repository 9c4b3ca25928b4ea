#include "bench/upstream/websocket.h"

#include "support/spec.h"

#include <stdexcept>

using namespace aiproject;
using namespace aiproject::bench;
using Poco::Net::HTTPRequest;

namespace {

// As a client sends it.
std::string masked(unsigned char first, const std::string& payload) {
    std::string frame;
    appendMessage(frame, Opcode::text, payload);
    const std::size_t head = frame.size() - payload.size();
    frame[0] = char(first);
    frame[1] = char(static_cast<unsigned char>(frame[1]) | 0x80U);
    const std::string mask = "\x11\xfe\x03\x80";
    for (std::size_t at = 0; at < payload.size(); ++at) frame[head + at] = char(frame[head + at] ^ mask[at % 4]);
    return frame.insert(head, mask);
}

HTTPRequest upgradeRequest() {
    HTTPRequest request(HTTPRequest::HTTP_GET, "/v3.5/chat", HTTPRequest::HTTP_1_1);
    request.set("Host", "127.0.0.1");
    request.set("Upgrade", "WebSocket");
    request.set("Connection", "keep-alive, Upgrade");
    request.set("Sec-WebSocket-Version", "13");
    request.set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");  // RFC 6455, section 1.3
    return request;
}

template <class Work>
bool isRefused(Work&& work) {
    try {
        work();
        return false;
    } catch (const std::runtime_error&) {
        return true;
    }
}

struct BenchWebSocket : CppUnit::TestCase {};

}  // namespace

SPEC(BenchWebSocket, accepts_an_upgrade_as_rfc_6455_has_it) {
    CPPUNIT_ASSERT(upgradeAnswer(upgradeRequest()).find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") !=
                   std::string::npos);
}

SPEC(BenchWebSocket, refuses_an_upgrade_that_lacks_anything) {
    for (const char* name : {"Host", "Upgrade", "Connection", "Sec-WebSocket-Version", "Sec-WebSocket-Key"}) {
        HTTPRequest request = upgradeRequest();
        request.erase(name);
        CPPUNIT_ASSERT_MESSAGE(name, isRefused([&] { upgradeAnswer(request); }));
    }
    HTTPRequest post = upgradeRequest();
    post.setMethod("POST");
    CPPUNIT_ASSERT(isRefused([&] { upgradeAnswer(post); }));
}

SPEC(BenchWebSocket, takes_frames_of_every_length_only_when_complete) {
    for (const std::size_t size : {0, 1, 125, 126, 65'535, 65'536}) {
        const std::string payload(size, 'x');
        const std::string frame = masked(0x81, payload);
        std::string input = frame.substr(0, frame.size() - 1);
        CPPUNIT_ASSERT(!takeFrame(input));
        input += frame.back();
        input += "next";
        const auto taken = takeFrame(input);
        CPPUNIT_ASSERT(taken && taken->opcode == Opcode::text && taken->isFinal && taken->payload == payload);
        CPPUNIT_ASSERT_EQUAL(std::string("next"), input);
    }
}

SPEC(BenchWebSocket, tells_fragments_from_whole_messages) {
    std::string input = masked(0x01, "one") + masked(0x80, "two");
    const auto first = takeFrame(input);
    CPPUNIT_ASSERT(first->opcode == Opcode::text && !first->isFinal);
    const auto second = takeFrame(input);
    CPPUNIT_ASSERT(second->opcode == Opcode::continuation && second->isFinal && input.empty());
}

SPEC(BenchWebSocket, refuses_frames_unmasked_reserved_or_huge) {
    std::string unmasked;
    appendMessage(unmasked, Opcode::text, "x");
    std::string reserved = masked(0xc1, "x");
    std::string huge = masked(0x81, std::string((16U << 20U) + 1, 'x'));
    for (std::string* input : {&unmasked, &reserved, &huge}) CPPUNIT_ASSERT(isRefused([&] { takeFrame(*input); }));
}
