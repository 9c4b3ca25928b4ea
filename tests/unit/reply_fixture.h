// A plugin's reply both ways, as a stream and in one piece, and what came of it.
#pragma once

#include "call/call_reply.h"
#include "support/scripted_exchange.h"
#include "support/spec.h"
#include "unit/host_fixture.h"

#include <Poco/JSON/Array.h>

#include <chrono>
#include <string>

namespace aiproject::test {

inline Text text(const std::string& words) { return std::string_view(words); }

inline std::string frameSaying(const std::string& content) {
    return R"({"header":{"code":0,"status":1},"payload":{"choices":{"status":1,"seq":0,"text":[{"content":")" +
           content + R"(","role":"assistant","index":0}]}}})";
}

struct Reply : CppUnit::TestCase {
    EventLoop loop;
    CallWatch watch{loop};
    CallWatch::Call call{watch, -1, std::chrono::hours(1)};
    KeptFrames kept;
    StreamReply stream{kept, "request-7"};
    CollectReply collect{1'000};

    Reply() {
        stream.attach(call);
        collect.attach(call);
    }
    ~Reply() override {
        stream.detach();
        collect.detach();
    }
    Reply(const Reply&) = delete;
    Reply& operator=(const Reply&) = delete;

    Poco::JSON::Object::Ptr header(std::size_t frame) const {
        return objectIn(kept.frames.at(frame))->getObject("header");
    }
    Poco::JSON::Object::Ptr choices(std::size_t frame) const {
        return objectIn(kept.frames.at(frame))->getObject("payload")->getObject("choices");
    }
    std::string contentOf(std::size_t frame) const {
        return choices(frame)->getArray("text")->getObject(0)->getValue<std::string>("content");
    }
    void assertGarbage(const CallReply& reply) const {
        CPPUNIT_ASSERT(reply.report().isGarbage);
        CPPUNIT_ASSERT(!reply.hasBegun());
        CPPUNIT_ASSERT(call.stop() != Stop::none);
        CPPUNIT_ASSERT(!reply.report().explanation.empty());
    }
};

}  // namespace aiproject::test
