// The engines against each other, and with a real worker between them.
#include "support/child_process.h"
#include "support/places.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "support/time_factor.h"
#include "support/worker_under_test.h"
#include "upstream/certificate.h"

#include <Poco/JSON/Parser.h>

using namespace aiproject;
using namespace aiproject::test;
using Poco::JSON::Object;

namespace {

struct Upstream {
    TempDir dir;
    upstream::CertificateFiles certificate = upstream::makeCertificate(dir.path(), "localhost");
    ChildProcess process{
        {buildFolder() + "/tests/bench/bench_upstream",
         {"--certificate", certificate.certificateFile, "--key", certificate.keyFile, "--step-delay-ms", "1"},
         {},
         -1,
         dir.file("output")}};
    std::map<std::string, std::string> ports = readPorts();

    std::map<std::string, std::string> readPorts() {
        const auto line = [this] {
            return std::filesystem::exists(dir.file("output")) ? readFile(dir.file("output")) : "";
        };
        ASSERT_EVENTUALLY(line().find('\n') != std::string::npos);
        std::map<std::string, std::string> read;
        const std::string ready = line();
        CPPUNIT_ASSERT_EQUAL_MESSAGE(ready, std::size_t(0), ready.find("ready ws="));
        for (const std::string name : {"ws", "wss", "http"}) {
            const auto at = ready.find(' ' + name + '=') + name.size() + 2;
            read[name] = ready.substr(at, ready.find_first_of(" \n", at) - at);
        }
        return read;
    }
};

struct Run {
    std::string output;
    Object::Ptr result;

    int number(const std::string& name) const { return result->getValue<int>(name); }
    std::string reasons() const {
        std::ostringstream text;
        result->getObject("reasons")->stringify(text);
        return text.str();
    }
};

Run load(const std::vector<std::string>& arguments) {
    const Finished finished = runToEnd({buildFolder() + "/tests/bench/bench_load", arguments});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(finished.output, 0, finished.code);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(finished.output, std::size_t(0), finished.output.find("steady\nover\n{"));
    return {finished.output, Poco::JSON::Parser().parse(finished.output.substr(12)).extract<Object::Ptr>()};
}

struct BenchEngines : CppUnit::TestCase {
    Upstream upstream;

    std::vector<std::string> with(const std::string& target, const std::string& body,
                                  const std::string& gap = "1000") const {
        return {"--target",  target,
                "--body",    upstream.dir.write("body.json", body),
                "--streams", "30",
                "--frames",  "5",
                "--gap-us",  gap,
                "--bytes",   "350",
                "--seconds", std::to_string(timeFactor())};
    }
    std::string http() const { return "http:" + upstream.ports.at("http") + ":/"; }

    static void assertGood(const Run& run) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(run.output, 0, run.number("failures"));
        CPPUNIT_ASSERT_MESSAGE(run.output, run.number("streams_ended") > 0 && run.number("frames") > 0);
        CPPUNIT_ASSERT_MESSAGE(run.output, run.result->getObject("added_us")->getValue<double>("p50") > 0);
        CPPUNIT_ASSERT_MESSAGE(run.output, run.result->getObject("first_frame_us")->getValue<double>("p50") > 0);
    }
    // A worker whose text model is the upstream at this URL, and the body that asks it.
    static Settings settingsFor(const std::string& url, const std::string& caFile) {
        return {{"route.text", "spark_chat"},
                {"model.spark_chat.url", url},
                {"model.spark_chat.app_id", "5f5e1000"},
                {"model.spark_chat.api_key", "key"},
                {"model.spark_chat.api_secret", "secret"},
                {"model.spark_chat.tls.ca_file", caFile}};
    }
    void assertServesThrough(const std::string& url) const {
        const WorkerUnderTest worker(settingsFor(url, upstream.certificate.caFile));
        const std::string body = textBody(worker.newUser("bencher"), "bencher", "@BENCH@");
        assertGood(load(with("fastcgi:" + worker.socket() + ":/textModel/stream", body)));
    }
};

}  // namespace

SPEC(BenchEngines, talk_http_to_each_other_without_a_failure) {
    assertGood(load(with(http(), "@BENCH@")));
    assertGood(load(with(http(), "@BENCH@", "0")));
    CPPUNIT_ASSERT_EQUAL(0, upstream.process.terminate());
}

SPEC(BenchEngines, talk_through_a_worker_and_a_plain_websocket) {
    assertServesThrough("ws://127.0.0.1:" + upstream.ports.at("ws") + "/v3.5/chat");
}

SPEC(BenchEngines, talk_through_a_worker_and_tls) {
    assertServesThrough("wss://127.0.0.1:" + upstream.ports.at("wss") + "/v3.5/chat");
}

SPEC(BenchEngines, count_streams_that_are_too_short_or_too_long) {
    const Run few = load(with(http(), "@BENCH@ bench frames=4 gap_us=0 bytes=1"));
    CPPUNIT_ASSERT_EQUAL_MESSAGE(few.output, 0, few.number("streams_ended"));
    CPPUNIT_ASSERT_MESSAGE(few.output, few.reasons().find("the last frame came too early") != std::string::npos);
    const Run many = load(with(http(), "@BENCH@ bench frames=6 gap_us=0 bytes=1"));
    CPPUNIT_ASSERT_MESSAGE(many.output, many.reasons().find("the last frame does not say so") != std::string::npos);
}

SPEC(BenchEngines, count_what_was_refused_with_its_reason) {
    const Run refused = load(with(http(), "@BENCH@ bench frames=0 gap_us=0 bytes=1"));
    CPPUNIT_ASSERT_MESSAGE(refused.output, refused.number("failures") >= 30 && refused.number("frames") == 0);
    CPPUNIT_ASSERT_EQUAL(std::string(R"({"answered with status 400":)"), refused.reasons().substr(0, 28));
    const Run nobody = load(with("fastcgi:" + upstream.dir.file("none") + ":/", "@BENCH@"));
    CPPUNIT_ASSERT_MESSAGE(nobody.output, nobody.reasons().find("connect: No such file") != std::string::npos);
}

SPEC(BenchEngines, end_a_slow_client_with_its_run_and_without_a_failure) {
    auto arguments = with(http(), "@BENCH@");
    arguments.insert(arguments.end(), {"--read-bytes-per-s", "1"});
    const Run run = load(arguments);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(run.output, 0, run.number("failures") + run.number("frames"));
}

SPEC(BenchEngines, begin_each_stream_of_a_burst_once_and_wait_for_late_first_frames) {
    auto arguments = with(http(), "@BENCH@");
    arguments.insert(arguments.end(), {"--burst-per-s", "1000", "--wait-ms", "300"});
    const Run run = load(arguments);
    assertGood(run);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(run.output, 30, run.number("streams_ended"));
    CPPUNIT_ASSERT_EQUAL_MESSAGE(run.output, 150, run.number("frames"));
    CPPUNIT_ASSERT(run.result->getObject("first_frame_us")->getValue<double>("p50") >= 300'000);
    CPPUNIT_ASSERT(run.result->getObject("answer_us")->getValue<double>("max") >= 300'000);
}

SPEC(BenchEngines, count_each_stream_of_a_burst_that_was_refused_once) {
    auto arguments = with("fastcgi:" + upstream.dir.file("none") + ":/", "@BENCH@");
    arguments.insert(arguments.end(), {"--burst-per-s", "1000"});
    CPPUNIT_ASSERT_EQUAL(30, load(arguments).number("failures"));
}

SPEC(BenchEngines, say_what_is_wrong_with_a_command_line) {
    const auto said = [](const std::vector<std::string>& arguments) {
        const Finished finished = runToEnd({buildFolder() + "/tests/bench/bench_load", arguments});
        CPPUNIT_ASSERT_EQUAL(1, finished.code);
        return finished.output;
    };
    CPPUNIT_ASSERT_EQUAL(std::string("bench_load: --frames is missing; it must be given\n"), said({}));
    CPPUNIT_ASSERT(said({"--frame", "1"}).find("--frame: unknown option; allowed are --target") != std::string::npos);
    CPPUNIT_ASSERT(said({"--frames", "0"}).find("--frames 0: a whole number from 1 to") != std::string::npos);
    CPPUNIT_ASSERT(said(with("https:1:/", "@BENCH@")).find("'https' is no protocol") != std::string::npos);
    CPPUNIT_ASSERT(said(with(http(), "no mark")).find("the text @BENCH@ is not in it") != std::string::npos);
}
