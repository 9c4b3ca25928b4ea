// A real Prometheus reads /metrics through nginx; promtool reads what is in nginx/monitoring.
#include "e2e/free_port.h"
#include "e2e/site.h"
#include "manager/metric_table.h"
#include "support/eventually.h"
#include "support/places.h"
#include "support/scrape.h"
#include "support/spec.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>
#include <Poco/RegularExpression.h>
#include <Poco/URI.h>

#include <signal.h>

#include <memory>
#include <set>
#include <stdexcept>

using namespace aiproject;
using namespace aiproject::test;

namespace {

const std::string kMonitoring = sourceFolder() + "/nginx/monitoring/";

// A client that nginx takes for one at this address.
Headers from(const std::string& address) { return {{"X-Forwarded-For", address}}; }

struct MetricsThroughNginx : CppUnit::TestCase {
    Site site;

    Scrape metrics() const { return Scrape(site.request("GET", "/metrics", "").body); }
};

struct Monitoring : CppUnit::TestCase {
    static std::set<std::string> metricsNamedIn(const std::string& text) {
        std::set<std::string> names;
        const Poco::RegularExpression name(R"(\b(aiproject|gen_ai_client)_[a-z0-9_]+)");
        Poco::RegularExpression::Match match;
        for (std::size_t at = 0; name.match(text, at, match) > 0; at = match.offset + match.length)
            names.insert(text.substr(match.offset, match.length));
        return names;
    }
    static bool isThere(const std::string& name) {
        for (const MetricRow* row : kMetrics) {
            const std::string its = row->name;
            if (name == its) return true;
            for (const char* part : {"_bucket", "_sum", "_count"})
                if (row->type == MetricType::histogram && name == its + part) return true;
        }
        return false;
    }
    static std::string expressionsIn(const Poco::JSON::Object& dashboard) {
        std::string all;
        const auto panels = dashboard.getArray("panels");
        for (std::size_t i = 0; i < panels->size(); ++i) {
            const auto targets = panels->getObject(unsigned(i))->getArray("targets");
            for (std::size_t j = 0; targets && j < targets->size(); ++j)
                all += targets->getObject(unsigned(j))->getValue<std::string>("expr") + "\n";
        }
        return all;
    }
    static void assertAreThere(const std::set<std::string>& names) {
        CPPUNIT_ASSERT(!names.empty());
        for (const std::string& name : names) CPPUNIT_ASSERT_MESSAGE("there is no metric " + name, isThere(name));
    }
};

Finished promtool(const std::vector<std::string>& arguments) { return runToEnd({"promtool", arguments}); }

// A Prometheus of the test's own, which asks that nginx.
class Prometheus {
public:
    explicit Prometheus(std::uint16_t target) {
        folder_.write("prometheus.yml",
                      "global: {scrape_interval: 5s, scrape_timeout: 5s}\nscrape_configs:\n  - job_name: "
                      "aiproject\n    static_configs:\n      - targets: ['127.0.0.1:" +
                          std::to_string(target) + "']\n");
        process_ = startOnFreePort([this](std::uint16_t port) { return commandAt(port); },
                                   [this] { return asked("/-/ready").status == 200; });
    }
    // Of an expression with one result. Throws NotYet when there is none.
    double value(const std::string& expression) const {
        std::string encoded;
        Poco::URI::encode(expression, "+&=?/#{}\"", encoded);
        const HttpAnswer answer = asked("/api/v1/query?query=" + encoded);
        if (answer.status != 200) throw NotYet(answer.body);
        const auto results = answer.json()->getObject("data")->getArray("result");
        if (results->size() != 1) throw NotYet(answer.body);
        return std::stod(results->getObject(0)->getArray("value")->getElement<std::string>(1));
    }

private:
    Command commandAt(std::uint16_t port) {
        port_ = port;
        return {"prometheus",
                {"--config.file=" + folder_.file("prometheus.yml"), "--storage.tsdb.path=" + folder_.file("data"),
                 "--web.listen-address=127.0.0.1:" + std::to_string(port)},
                {},
                -1,
                folder_.file("output")};
    }
    HttpAnswer asked(const std::string& path) const {
        try {
            return requestAt(port_, "GET", path, "");
        } catch (const std::exception& e) {
            throw NotYet(e.what());  // it is about to start
        }
    }

    std::uint16_t port_ = 0;
    TempDir folder_;
    std::unique_ptr<ChildProcess> process_;  // ends before its folder
};

}  // namespace

SPEC(MetricsThroughNginx, are_read_by_a_real_prometheus_as_they_were_counted) {
    const std::string uuid = site.newUser("alice");
    for (int i = 0; i < 4; ++i)
        CPPUNIT_ASSERT_EQUAL(200, site.postJson("/textModel/chat", textBody(uuid, "alice", "hi")).status);
    site.postJson("/textModel/chat", textBody("wrong", "alice", "hi"));
    const Prometheus prometheus(site.nginx().port());
    const std::string requests = "aiproject_requests_total{route=\"/textModel/chat\",code=";
    ASSERT_EVENTUALLY(prometheus.value(requests + "\"0\"}") == 4);
    ASSERT_EVENTUALLY(prometheus.value(requests + "\"USER_NOT_FOUND\"}") == 1);
    ASSERT_EVENTUALLY(prometheus.value("up{job=\"aiproject\"}") == 1);
    ASSERT_EVENTUALLY(prometheus.value("sum(gen_ai_client_operation_duration_seconds_count{"
                                       "gen_ai_request_model=\"spark_chat\",error_type=\"\"})") == 4);
    ASSERT_EVENTUALLY(prometheus.value("sum(gen_ai_client_token_usage_sum)") > 0);
    // What it makes of the histogram is a time that can be.
    const std::string median =
        "histogram_quantile(0.5, sum by (le) (gen_ai_client_operation_duration_seconds_bucket{error_type=\"\"}))";
    ASSERT_EVENTUALLY(prometheus.value(median) > 0);
    ASSERT_EVENTUALLY(prometheus.value(median) < 600);
}

SPEC(MetricsThroughNginx, are_as_promtool_wants_them) {
    const std::string uuid = site.newUser("alice");
    site.postJson("/textModel/chat", textBody(uuid, "alice", "hi"));
    ASSERT_EVENTUALLY(metrics().sum("gen_ai_client_operation_duration_seconds_count") == 1);
    const TempDir dir;
    dir.write("metrics", metrics().text);
    const Finished said = runToEnd({"sh", {"-c", "promtool check metrics <" + dir.file("metrics")}});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(said.output, 0, said.code);
    CPPUNIT_ASSERT_EQUAL(std::string(), said.output);
}

SPEC(MetricsThroughNginx, and_the_status_are_for_this_machine_and_its_network) {
    NginxOptions options;
    options.socketFolder = std::filesystem::path(site.configFile()).parent_path() / "run";
    options.locations = "set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;\n";
    const NginxSite nginx(options);
    for (const char* path : {"/metrics", "/status", "/status?html", "/status?json"}) {
        const auto statusFor = [&](const std::string& address) {
            return requestAt(nginx.port(), "GET", path, "", from(address)).status;
        };
        for (const char* inside : {"127.0.0.1", "10.1.2.3", "172.20.0.1", "192.168.1.9", "::1", "fd00::1"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(inside, 200, statusFor(inside));
        for (const char* outside : {"203.0.113.5", "172.32.0.1", "11.0.0.1", "2001:db8::1"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(outside, 403, statusFor(outside));
    }
    CPPUNIT_ASSERT(requestAt(nginx.port(), "GET", "/status", "").headers.count("access-control-allow-origin") == 0);
}

SPEC(MetricsThroughNginx, and_the_status_are_there_while_workers_stand_still) {
    const auto status = site.request("GET", "/status?json", "").json();
    const auto pools = status->getArray("pools");
    struct StandingStill {
        std::vector<pid_t> all;
        ~StandingStill() {
            for (const pid_t worker : all) kill(worker, SIGCONT);  // or their manager waits for them
        }
    } still;
    for (std::size_t i = 0; i < pools->size(); ++i) {
        const auto workers = pools->getObject(unsigned(i))->getArray("workers");
        for (std::size_t j = 0; j < workers->size(); ++j)
            still.all.push_back(workers->getObject(unsigned(j))->getValue<pid_t>("pid"));
    }
    for (const pid_t worker : still.all) kill(worker, SIGSTOP);
    CPPUNIT_ASSERT_EQUAL(200, site.request("GET", "/status", "").status);
    CPPUNIT_ASSERT_EQUAL(200, site.request("GET", "/metrics", "").status);
}

SPEC(MetricsThroughNginx, are_not_passed_on_by_a_balancer) {
    NginxOptions options;
    options.hosts = {site.nginx().port()};
    const NginxSite balancer(options);
    CPPUNIT_ASSERT_EQUAL(200, requestAt(balancer.port(), "GET", "/healthz", "").status);
    CPPUNIT_ASSERT_EQUAL(404, requestAt(balancer.port(), "GET", "/metrics", "").status);
    CPPUNIT_ASSERT_EQUAL(404, requestAt(balancer.port(), "GET", "/status", "").status);
}

SPEC(Monitoring, has_rules_that_promtool_takes_and_that_do_as_they_should) {
    const Finished rules = promtool({"check", "rules", kMonitoring + "aiproject.rules.yml"});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(rules.output, 0, rules.code);
    const Finished tested = promtool({"test", "rules", kMonitoring + "aiproject.rules.test.yml"});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(tested.output, 0, tested.code);
}

SPEC(Monitoring, has_an_example_that_prometheus_takes) {
    const Finished said = promtool({"check", "config", kMonitoring + "prometheus.yml"});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(said.output, 0, said.code);
}

SPEC(Monitoring, asks_for_metrics_that_there_are) {
    assertAreThere(metricsNamedIn(readFile(kMonitoring + "aiproject.rules.yml")));
    const auto dashboard = Poco::JSON::Parser()
                               .parse(readFile(kMonitoring + "aiproject.dashboard.json"))
                               .extract<Poco::JSON::Object::Ptr>();
    const std::string expressions = expressionsIn(*dashboard);
    const std::set<std::string> shown = metricsNamedIn(expressions);
    assertAreThere(shown);
    // And shows all of them.
    for (const MetricRow* row : kMetrics)
        CPPUNIT_ASSERT_MESSAGE(std::string("the dashboard lacks ") + row->name,
                               expressions.find(row->name) != std::string::npos);
}

SPEC(Monitoring, asks_in_words_that_prometheus_understands) {
    const auto dashboard = Poco::JSON::Parser()
                               .parse(readFile(kMonitoring + "aiproject.dashboard.json"))
                               .extract<Poco::JSON::Object::Ptr>();
    std::string rules = "groups:\n  - name: dashboard\n    rules:\n", expressions = expressionsIn(*dashboard);
    for (std::size_t at = 0, number = 0; at < expressions.size(); ++number) {
        const auto end = expressions.find('\n', at);
        std::string one = expressions.substr(at, end - at);
        for (auto mark = one.find("$__rate_interval"); mark != std::string::npos; mark = one.find("$__rate_interval"))
            one.replace(mark, 16, "5m");
        rules += "      - record: panel:" + std::to_string(number) + "\n        expr: '" + one + "'\n";
        at = end + 1;
    }
    const TempDir dir;
    dir.write("dashboard.yml", rules);
    const Finished said = promtool({"check", "rules", dir.file("dashboard.yml")});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(said.output, 0, said.code);
}
