// Streams as the original's client reads them, and what happens when a side breaks.
#include "e2e/free_port.h"
#include "e2e/site.h"
#include "support/eventually.h"
#include "support/process_view.h"
#include "support/spec.h"
#include "support/time_factor.h"

#include <Poco/JSON/Parser.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/StringTokenizer.h>

#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

using namespace aiproject;
using namespace aiproject::test;

namespace {

using Frame = Poco::JSON::Object::Ptr;

Frame frameOf(const std::string& text) { return Poco::JSON::Parser().parse(text).extract<Frame>(); }

std::vector<Frame> framesOf(const std::string& body) {
    std::vector<Frame> frames;
    for (const auto& line : Poco::StringTokenizer(body, "\n", Poco::StringTokenizer::TOK_IGNORE_EMPTY))
        frames.push_back(frameOf(line));
    return frames;
}

int statusOf(const Frame& frame) { return frame->getObject("header")->getValue<int>("status"); }
int codeOf(const Frame& frame) { return frame->getObject("header")->getValue<int>("code"); }

std::string contentOf(const Frame& frame) {
    std::string content;
    const auto texts = frame->getObject("payload")->getObject("choices")->getArray("text");
    for (unsigned i = 0; i < texts->size(); ++i) content += texts->getObject(i)->getValue<std::string>("content");
    return content;
}

// A stream that is read piece by piece, and can be left.
class OpenStream {
public:
    OpenStream(const Site& site, const std::string& body) : OpenStream(site.nginx().port(), body) {}
    OpenStream(std::uint16_t port, const std::string& body) : socket_(Poco::Net::SocketAddress("127.0.0.1", port)) {
        const std::string head =
            "POST /textModel/stream HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n";
        socket_.sendBytes((head + body).data(), int(head.size() + body.size()));
    }

    // What one read brings; empty: the end.
    std::string piece() {
        char buffer[65'536];
        const int got = socket_.receiveBytes(buffer, sizeof buffer);
        return {buffer, std::size_t(got)};
    }
    bool readUntil(const std::string& text) {
        while (all_.find(text) == std::string::npos) {
            const std::string more = piece();
            if (more.empty()) return false;
            all_ += more;
        }
        return true;
    }
    std::string readBody() {
        for (std::string more = piece(); !more.empty(); more = piece()) all_ += more;
        return all_.substr(all_.find("\r\n\r\n") + 4);
    }
    void leave() { socket_.close(); }
    const std::string& soFar() const { return all_; }

private:
    Poco::Net::StreamSocket socket_;
    std::string all_;
};

// A second nginx in front with nothing set, as a hosting panel or what ends TLS is.
class OneMoreNginx {
public:
    explicit OneMoreNginx(std::uint16_t ofSite) {
        nginx_ = startOnFreePort([&](std::uint16_t port) { return commandAt(port, ofSite); },
                                 [this] { return std::filesystem::exists(folder_.file("pid")) && accepts(port_); });
    }
    std::uint16_t port() const { return port_; }

private:
    Command commandAt(std::uint16_t port, std::uint16_t ofSite) {
        port_ = port;
        std::string temporary;
        for (const char* name : {"client_body", "fastcgi", "proxy", "scgi", "uwsgi"})
            temporary += name + std::string("_temp_path ") + folder_.file(name) + "; ";
        folder_.write("nginx.conf",
                      "daemon off; pid pid; error_log error.log; worker_processes 1; events { }\nhttp { " + temporary +
                          "access_log off; server { listen 127.0.0.1:" + std::to_string(port_) +
                          "; location / { proxy_pass http://127.0.0.1:" + std::to_string(ofSite) + "; } } }");
        const std::string user = geteuid() == 0 ? "user root;" : "";  // or it could not reach the folder
        return {"nginx",
                {"-e", "stderr", "-p", folder_.path(), "-c", folder_.file("nginx.conf"), "-g", user},
                {},
                -1,
                folder_.file("output")};
    }

    TempDir folder_;
    std::uint16_t port_ = 0;
    std::unique_ptr<ChildProcess> nginx_;  // ends before its folder
};

upstream::Fault fault(upstream::FaultKind kind) {
    upstream::Fault fault;
    fault.kind = kind;
    return fault;
}

const std::string kAWhile = atOurPace(std::chrono::seconds(3), std::chrono::seconds(60));

struct Streams : CppUnit::TestCase {
    Site site{
        {{{"timeout.first_frame_ms", kAWhile}, {"timeout.idle_frame_ms", kAWhile}, {"timeout.connect_ms", kAWhile}},
         {},
         {}}};
    std::string uuid = site.newUser("alice");

    std::string body(const std::string& question = "one two three four five six") const {
        return textBody(uuid, "alice", question);
    }
    bool allCallsEnded() {
        for (const auto& call : site.upstream().calls())
            if (!call.ended) return false;
        return true;
    }
};

}  // namespace

SPEC(Streams, every_frame_is_one_line_and_the_last_has_status_2_and_usage) {
    const HttpAnswer answer = site.postJson("/textModel/stream", body());
    CPPUNIT_ASSERT_EQUAL(std::string("application/json; charset=utf-8"), answer.headers.at("content-type"));
    CPPUNIT_ASSERT_EQUAL('\n', answer.body.back());
    const std::vector<Frame> frames = framesOf(answer.body);
    CPPUNIT_ASSERT(frames.size() > 2);
    std::string content;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        CPPUNIT_ASSERT_EQUAL(0, codeOf(frames[i]));
        CPPUNIT_ASSERT_EQUAL(i + 1 == frames.size(), statusOf(frames[i]) == 2);
        content += contentOf(frames[i]);
    }
    CPPUNIT_ASSERT_EQUAL(upstream::answerTo("one two three four five six"), content);
    const auto usage = frames.back()->getObject("payload")->getObject("usage")->getObject("text");
    for (const std::string name : {"question_tokens", "prompt_tokens", "completion_tokens", "total_tokens"})
        CPPUNIT_ASSERT(usage->get(name).isInteger());
}

SPEC(Streams, frames_arrive_one_by_one_while_the_answer_is_being_made) {
    upstream::Fault slow = fault(upstream::FaultKind::hangMidAnswer);
    site.upstream().setFault(slow);
    OpenStream stream(site, body());
    CPPUNIT_ASSERT(stream.readUntil("\"status\":1"));  // two frames are here, and the upstream is silent
    const std::vector<Frame> frames = framesOf(stream.readBody());
    CPPUNIT_ASSERT_EQUAL(2, statusOf(frames.back()));
    CPPUNIT_ASSERT(codeOf(frames.back()) != 0);
    ASSERT_EVENTUALLY(allCallsEnded());
}

// Buffered there, they would come all at once, with the last frame that says how the upstream ended.
SPEC(Streams, frames_arrive_one_by_one_behind_one_more_nginx) {
    const OneMoreNginx front(site.nginx().port());
    site.upstream().setFault(fault(upstream::FaultKind::hangMidAnswer));
    OpenStream stream(front.port(), body());
    CPPUNIT_ASSERT(stream.readUntil("\"status\":1"));
    CPPUNIT_ASSERT_MESSAGE(stream.soFar(), stream.soFar().find("\"status\":2") == std::string::npos);
    CPPUNIT_ASSERT(stream.soFar().find("X-Accel-") == std::string::npos);  // of the nginx in front alone
    CPPUNIT_ASSERT_EQUAL(2, statusOf(framesOf(stream.readBody()).back()));
}

SPEC(Streams, the_same_frames_come_as_events_when_asked_for) {
    const HttpAnswer answer = site.request("POST", "/textModel/stream", body(), {{"Accept", "text/event-stream"}});
    CPPUNIT_ASSERT_EQUAL(std::string("text/event-stream; charset=utf-8"), answer.headers.at("content-type"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), answer.body.find("data: {"));
    CPPUNIT_ASSERT_EQUAL(std::string("\n\n"), answer.body.substr(answer.body.size() - 2));
}

SPEC(Streams, a_break_after_the_first_frame_is_a_last_frame_that_says_so) {
    using upstream::FaultKind;
    for (const FaultKind kind :
         {FaultKind::dropMidAnswer, FaultKind::closeMidAnswer, FaultKind::errorMidAnswer, FaultKind::hangMidAnswer}) {
        upstream::Fault broken = fault(kind);
        broken.code = kind == FaultKind::closeMidAnswer ? 1011 : 10012;
        site.upstream().setFault(broken);
        const std::vector<Frame> frames = framesOf(site.postJson("/textModel/stream", body()).body);
        CPPUNIT_ASSERT_EQUAL(std::size_t(3), frames.size());
        CPPUNIT_ASSERT(codeOf(frames.back()) != 0);
        CPPUNIT_ASSERT_EQUAL(2, statusOf(frames.back()));
        CPPUNIT_ASSERT(!frames.back()->getObject("header")->getValue<std::string>("message").empty());
    }
}

SPEC(Streams, a_failure_before_the_first_frame_is_an_envelope) {
    using upstream::FaultKind;
    const std::pair<FaultKind, const char*> faults[] = {
        {FaultKind::refuseConnect, "MODEL_ERROR"},     {FaultKind::hangBeforeUpgrade, "MODEL_TIMEOUT"},
        {FaultKind::wrongSignature, "MODEL_ERROR"},    {FaultKind::skewedClock, "MODEL_ERROR"},
        {FaultKind::hangBeforeFrame, "MODEL_TIMEOUT"}, {FaultKind::malformedJson, "MODEL_ERROR"},
        {FaultKind::hugeFrame, "MODEL_ERROR"}};
    for (const auto& [kind, code] : faults) {
        site.upstream().setFault(fault(kind));
        const HttpAnswer answer = site.postJson("/textModel/stream", body());
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string(code), answer.json()->getValue<std::string>("code"));
    }
    ASSERT_EVENTUALLY(allCallsEnded());
}

SPEC(Streams, a_client_that_leaves_ends_the_upstream_call_whatever_it_waits_for) {
    using upstream::FaultKind;
    for (const FaultKind kind : {FaultKind::hangBeforeUpgrade, FaultKind::hangBeforeFrame, FaultKind::hangMidAnswer}) {
        site.upstream().setFault(fault(kind));
        const std::size_t before = site.upstream().calls().size();
        OpenStream stream(site, body());
        ASSERT_EVENTUALLY(site.upstream().calls().size() > before);
        if (kind == FaultKind::hangMidAnswer) CPPUNIT_ASSERT(stream.readUntil("\"status\":1"));
        stream.leave();
        ASSERT_EVENTUALLY(allCallsEnded());
    }
    ASSERT_EVENTUALLY(site.log().find("CLIENT_LEFT") != std::string::npos);
}

SPEC(Streams, odd_but_legal_upstreams_make_no_difference) {
    using upstream::FaultKind;
    for (const FaultKind kind :
         {FaultKind::fragmented, FaultKind::pingFlood, FaultKind::emptyFrames, FaultKind::sensitiveAtEnd}) {
        site.upstream().setFault(fault(kind));
        std::string content;
        const std::vector<Frame> frames = framesOf(site.postJson("/textModel/stream", body()).body);
        for (const Frame& frame : frames)
            if (frame->getObject("payload")->getObject("choices")) content += contentOf(frame);
        CPPUNIT_ASSERT_EQUAL(upstream::answerTo("one two three four five six"), content);
        CPPUNIT_ASSERT_EQUAL(2, statusOf(frames.back()));
        CPPUNIT_ASSERT_EQUAL(0, codeOf(frames.back()));
    }
}

SPEC(Streams, a_killed_worker_is_replaced_and_the_next_request_is_served) {
    site.upstream().setFault(fault(upstream::FaultKind::hangMidAnswer));
    OpenStream stream(site, body());
    CPPUNIT_ASSERT(stream.readUntil("\"status\":1"));
    for (const pid_t worker : workersOf(site.manager().pid())) kill(worker, SIGKILL);
    CPPUNIT_ASSERT(stream.readBody().find("\"status\":2") == std::string::npos);
    site.upstream().setFault({});
    ASSERT_EVENTUALLY(site.request("GET", "/healthz", "").status == 200);
    CPPUNIT_ASSERT_EQUAL(0, site.postJson("/textModel/chat", body()).json()->getValue<int>("code"));
}
