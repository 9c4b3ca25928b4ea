// A plugin's reply both ways, as a stream and in one piece, and what came of it.
#pragma once

#include "api/documented.h"
#include "call/collect_reply.h"
#include "call/stream_reply.h"
#include "support/scripted_exchange.h"
#include "support/spec.h"
#include "unit/host_fixture.h"

#include <Poco/JSON/Array.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace aiproject::test {

inline Usage usageOf(std::int64_t question, std::int64_t prompt, std::int64_t completion, std::int64_t total) {
    Usage usage;
    usage.question = question;
    usage.prompt = prompt;
    usage.completion = completion;
    usage.total = total;
    return usage;
}

// A frame of Spark's with these elements in its choices.
inline std::string frameWith(const std::string& elements) {
    return R"({"header":{"code":0,"status":1},"payload":{"choices":{"status":1,"seq":0,"text":[)" + elements + "]}}}";
}
inline std::string frameSaying(const std::string& content) {
    return frameWith(R"({"content":")" + content + R"(","role":"assistant","index":0})");
}
// The last one, with this in payload.usage.text.
inline std::string lastWith(const std::string& usageText, const std::string& elements = "") {
    return R"({"header":{"code":0,"status":2},"payload":{"choices":{"status":2,"seq":1,"text":[)" + elements +
           R"(]},"usage":{"text":)" + usageText + "}}}";
}

struct Reply : CppUnit::TestCase {
    EventLoop loop;
    CallWatch watch{loop};
    CallWatch::Call call{watch, -1, std::chrono::hours(1)};
    KeptFrames kept;
    DocumentedWriter writer{kept};
    StreamReply stream{kept, writer, "request-7"};
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

    static Seen seen(CallReply& reply, const std::string& frame) { return reply.frame("spark", frame); }
    static bool passes(CallReply& reply, const std::string& frame) { return seen(reply, frame) == Seen::passed; }
    static bool isLast(CallReply& reply, const std::string& frame) { return seen(reply, frame) == Seen::last; }

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
