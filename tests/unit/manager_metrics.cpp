// Counting on a board, adding up boards, and the text of /metrics.
#include "manager/metric_sums.h"
#include "manager/metrics_text.h"
#include "support/places.h"
#include "support/scrape.h"
#include "support/spec.h"
#include "support/temp_dir.h"

#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct MetricsOfPools : CppUnit::TestCase {
    static void answer(Board& board, const std::string& route, const std::string& code, int times = 1) {
        Metrics& metrics = board.metrics();
        const auto row = std::size_t(board.rowOfLabel(metrics.routes, route));
        add(metrics.requests[row][std::size_t(board.rowOfLabel(metrics.codes, code))], times);
    }
    static Scrape shown(const MetricSums& sums) { return Scrape(metricsText(sums)); }
};

}  // namespace

SPEC(MetricsOfPools, are_added_up_by_their_labels_whatever_rows_they_have) {
    Board one, other;
    answer(one, "/a", "0", 2);
    answer(one, "/b", "E", 3);
    answer(other, "/b", "E", 4);
    answer(other, "/a", "0", 5);
    MetricSums sums = countedOn(one);
    sums.add(countedOn(other));
    const Scrape scrape = shown(sums);
    CPPUNIT_ASSERT_EQUAL(7.0, scrape["aiproject_requests_total{route=\"/a\",code=\"0\"}"]);
    CPPUNIT_ASSERT_EQUAL(7.0, scrape["aiproject_requests_total{route=\"/b\",code=\"E\"}"]);
}

SPEC(MetricsOfPools, find_a_place_for_the_label_that_is_one_too_many) {
    Board board;
    for (int i = 0; i < kMostRoutes + 5; ++i) answer(board, "/" + std::to_string(i), "0");
    const Scrape scrape = shown(countedOn(board));
    CPPUNIT_ASSERT_EQUAL(6.0, scrape["aiproject_requests_total{route=\"other\",code=\"0\"}"]);
    CPPUNIT_ASSERT_EQUAL(double(kMostRoutes + 5), scrape.sum("aiproject_requests_total"));
}

SPEC(MetricsOfPools, lose_nothing_of_what_many_threads_count_at_once) {
    Board board;
    constexpr int many = 4, each = 20'000;
    std::vector<std::thread> threads;
    threads.reserve(many);
    for (int i = 0; i < many; ++i)
        threads.emplace_back([&] {
            for (int time = 0; time < each; ++time) board.metrics().billing.commits.note(3);
        });
    for (std::thread& thread : threads) thread.join();
    const Scrape scrape = shown(countedOn(board));
    CPPUNIT_ASSERT_EQUAL(4.0 * each, scrape["aiproject_commit_size_count"]);
    CPPUNIT_ASSERT_EQUAL(12.0 * each, scrape["aiproject_commit_size_sum"]);
}

SPEC(MetricsOfPools, put_each_value_into_the_bucket_that_it_does_not_exceed) {
    Board board;
    auto& commits = board.metrics().billing.commits;
    for (const int size : {0, 1, 2, 3, 32, 33}) commits.note(size);
    const Scrape scrape = shown(countedOn(board));
    CPPUNIT_ASSERT_EQUAL(2.0, scrape["aiproject_commit_size_bucket{le=\"1\"}"]);
    CPPUNIT_ASSERT_EQUAL(3.0, scrape["aiproject_commit_size_bucket{le=\"2\"}"]);
    CPPUNIT_ASSERT_EQUAL(4.0, scrape["aiproject_commit_size_bucket{le=\"4\"}"]);
    CPPUNIT_ASSERT_EQUAL(5.0, scrape["aiproject_commit_size_bucket{le=\"32\"}"]);
    CPPUNIT_ASSERT_EQUAL(6.0, scrape["aiproject_commit_size_bucket{le=\"+Inf\"}"]);
    CPPUNIT_ASSERT_EQUAL(71.0, scrape["aiproject_commit_size_sum"]);
}

SPEC(MetricsOfPools, tell_calls_by_model_account_kind_and_end) {
    Board board;
    const auto row = std::size_t(board.rowOfModel("spark/a", "spark_chat"));
    CallMetrics& calls = board.metrics().calls[row][0];
    calls.durations[std::size_t(CallResult::answered)].note(1'500'000);
    calls.durations[std::size_t(CallResult::timedOut)].note(60'000'000);
    calls.reportedIn.note(100);
    add(calls.tokensIn, 130);
    add(calls.tokensCached, 40);
    add(calls.money, 2'500'000);
    const Scrape scrape = shown(countedOn(board));
    const std::string labels =
        "gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"spark_chat\",gen_ai_request_model=\"spark\",account="
        "\"a\"";
    CPPUNIT_ASSERT_EQUAL(1.0, scrape["gen_ai_client_operation_duration_seconds_count{" + labels + "}"]);
    CPPUNIT_ASSERT_EQUAL(1.5, scrape["gen_ai_client_operation_duration_seconds_sum{" + labels + "}"]);
    CPPUNIT_ASSERT_EQUAL(60.0,
                         scrape["gen_ai_client_operation_duration_seconds_sum{" + labels + ",error_type=\"timeout\"}"]);
    CPPUNIT_ASSERT_EQUAL(100.0, scrape["gen_ai_client_token_usage_sum{" + labels + ",gen_ai_token_type=\"input\"}"]);
    CPPUNIT_ASSERT_EQUAL(130.0, scrape["aiproject_tokens_total{" + labels + ",type=\"input\"}"]);
    CPPUNIT_ASSERT_EQUAL(40.0, scrape["aiproject_tokens_total{" + labels + ",type=\"cached\"}"]);
    CPPUNIT_ASSERT_EQUAL(2.5, scrape["aiproject_cost_total{" + labels + "}"]);
}

SPEC(MetricsOfPools, are_those_of_the_plugin_that_a_model_had) {
    Board board;
    const int before = board.rowOfModel("m", "old"), after = board.rowOfModel("m", "new");
    CPPUNIT_ASSERT(before != after);
    CPPUNIT_ASSERT_EQUAL(before, board.rowOfModel("m", "old"));
    for (const int row : {before, after}) board.metrics().calls[std::size_t(row)][0].durations[0].note(1);
    const Scrape scrape = shown(countedOn(board));
    for (const char* plugin : {"old", "new"})
        CPPUNIT_ASSERT_EQUAL(1.0,
                             scrape["gen_ai_client_operation_duration_seconds_count{gen_ai_operation_name=\"chat\","
                                    "gen_ai_provider_name=\"" +
                                    std::string(plugin) + "\",gen_ai_request_model=\"m\"}"]);
}

SPEC(MetricsOfPools, keep_a_label_in_its_quotes) {
    MetricSums sums;
    sums.level(metric::kQueued, Labels().with("pool", "a\"b\\c\nd"), 1);
    const std::string text = metricsText(sums);
    CPPUNIT_ASSERT_MESSAGE(text, text.find("{pool=\"a\\\"b\\\\c\\\\x0ad\"} 1\n") != std::string::npos);
}

SPEC(MetricsOfPools, have_names_as_prometheus_wants_them_and_each_once) {
    std::set<std::string> names;
    for (const MetricRow* row : kMetrics) {
        const std::string name = row->name, help = row->help;
        CPPUNIT_ASSERT_MESSAGE(name, names.insert(name).second);
        CPPUNIT_ASSERT_MESSAGE(name, name.rfind("aiproject_", 0) == 0 || name.rfind("gen_ai_client_", 0) == 0);
        const bool isTotal = name.size() > 6 && name.substr(name.size() - 6) == "_total";
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name, row->type == MetricType::counter, isTotal);
        CPPUNIT_ASSERT_MESSAGE(name, !help.empty() && help.find('\n') == std::string::npos);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name, row->type == MetricType::histogram, row->boundsCount > 0);
    }
}

SPEC(MetricsOfPools, are_explained_where_operators_look) {
    const std::string text = readFile(sourceFolder() + "/nginx/monitoring/README.md");
    for (const MetricRow* row : kMetrics)
        CPPUNIT_ASSERT_MESSAGE("nginx/monitoring/README.md lacks "s + row->name,
                               text.find("`"s + row->name + "`") != std::string::npos);
}
