// What bench_load says of itself, and what clients make of an answer.
#include "bench/driver/bursts.h"
#include "bench/driver/http_clients.h"
#include "bench/driver/load_run.h"
#include "bench/driver/rows.h"
#include "support/spec.h"

#include <stdexcept>

using namespace aiproject::bench;
using namespace std::string_literals;

namespace {

struct BenchLoadResult : CppUnit::TestCase {
    const std::string json =
        R"({"streams":10,"seconds":2.0,"frames":400,"streams_ended":20,"failures":3,"reasons":{"HTTP 502":2,"cut":1},)"
        R"("added_us":{"p50":150,"p99":900.5,"p999":1000,"max":2000},"first_frame_us":{"p50":310,"p99":420},)"
        R"("cpu_us":1200})";
};

}  // namespace

SPEC(BenchLoadResult, is_read_whole) {
    const LoadResult result = loadResultOf(json);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(400), result.frames);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(3), result.failures);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), result.reasons.at("HTTP 502"));
    CPPUNIT_ASSERT_DOUBLES_EQUAL(900.5, result.added.p99, 1e-9);
    CPPUNIT_ASSERT_DOUBLES_EQUAL(310, result.firstFrame.p50, 1e-9);
}

SPEC(BenchLoadResult, gives_rates_and_cost_per_frame) {
    Figures figures;
    figures.load = loadResultOf(json);
    figures.cpuNginx = 4'000;
    CPPUNIT_ASSERT_DOUBLES_EQUAL(200, figures.framesPerSecond(), 1e-9);
    CPPUNIT_ASSERT_DOUBLES_EQUAL(10, figures.streamsPerSecond(), 1e-9);
    CPPUNIT_ASSERT_DOUBLES_EQUAL(10, figures.perFrame(figures.cpuNginx), 1e-9);
    CPPUNIT_ASSERT_DOUBLES_EQUAL(200, figures.perStream(figures.cpuNginx), 1e-9);
    CPPUNIT_ASSERT_DOUBLES_EQUAL(0, Figures().perFrame(1) + Figures().perStream(1), 1e-9);
}

SPEC(BenchLoadResult, counts_the_cpu_of_all_processes) {
    Figures figures;
    figures.load = loadResultOf(json);
    figures.cpuUpstream = 1;
    figures.cpuNginx = 10;
    figures.cpuServers = 100;
    figures.cpuKeepers = 1'000;
    CPPUNIT_ASSERT_DOUBLES_EQUAL(2'311, figures.allCpu(), 1e-9);
    CPPUNIT_ASSERT_DOUBLES_EQUAL(110, figures.ourCpu(), 1e-9);
}

SPEC(BenchLoadResult, tells_those_told_to_come_back_from_those_that_failed) {
    LoadResult load;
    load.streamsEnded = 5;
    load.failures = 6;
    load.reasons = {{"answered with code MODEL_BUSY: too many", 3},
                    {"answered with code MODEL_BUSY: the service is busy", 1},
                    {"answered with code APP_SERVER_ERROR: no", 2}};
    const Told told = toldOf(load);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(5), told.served);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(4), told.busy);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), told.failed);
}

SPEC(BenchLoadResult, of_a_burst_has_the_time_to_an_answer) {
    CPPUNIT_ASSERT_DOUBLES_EQUAL(0, loadResultOf(json).answer.most, 1e-9);
    const std::string answers = R"(,"answer_us":{"p50":1,"p99":2,"max":3.5}})";
    CPPUNIT_ASSERT_DOUBLES_EQUAL(3.5, loadResultOf(json.substr(0, json.size() - 1) + answers).answer.most, 1e-9);
}

SPEC(BenchLoadResult, is_refused_when_something_is_missing) {
    CPPUNIT_ASSERT_THROW(loadResultOf("{}"), std::runtime_error);
    CPPUNIT_ASSERT_THROW(loadResultOf("not json"), std::runtime_error);
}

SPEC(BenchLoadResult, of_other_clients_is_the_code_that_they_read) {
    CPPUNIT_ASSERT_EQUAL("0"s, codeOf(200, R"({"code":0,"msg":"ok"})"));
    CPPUNIT_ASSERT_EQUAL("MODEL_BUSY"s, codeOf(200, R"({"msg":"x","code":"MODEL_BUSY"})"));
    CPPUNIT_ASSERT_EQUAL("HTTP 502"s, codeOf(502, "<html>"));
}

SPEC(BenchLoadResult, of_other_clients_is_counted_by_code) {
    Answers answers;
    answers.add("0", std::chrono::milliseconds(10));
    answers.add("0", std::chrono::milliseconds(30));
    answers.add("MODEL_BUSY", std::chrono::milliseconds(2));
    CPPUNIT_ASSERT_EQUAL("0: 2 (median 20 ms, longest 30 ms), MODEL_BUSY: 1 (median 2 ms, longest 2 ms)"s,
                         answers.text());
}
