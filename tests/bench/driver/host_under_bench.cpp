#include "bench/driver/host_under_bench.h"

#include "base/file_descriptor.h"
#include "bench/driver/interruption.h"
#include "support/places.h"
#include "support/process_view.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace aiproject::bench {
namespace {

using std::to_string;
constexpr int kWorkers = 2;
constexpr std::chrono::seconds kStartLimit{30};

test::Command upstreamCommand(const upstream::CertificateFiles& certificate, int stepDelayMs,
                              const std::string& output) {
    test::Command command{test::buildFolder() + "/tests/bench/bench_upstream",
                          {"--certificate", certificate.certificateFile, "--key", certificate.keyFile}};
    if (stepDelayMs > 0) command.arguments.insert(command.arguments.end(), {"--step-delay-ms", to_string(stepDelayMs)});
    command.output = output;
    return command;
}

void leadTo(const std::string& url, const std::string& model, test::Settings& settings) {
    const std::string prefix = "model." + model + ".";
    settings[prefix + "url"] = url;
    settings[prefix + "app_id"] = "bench";
    settings[prefix + "api_key"] = "bench-key";
    settings[prefix + "api_secret"] = "bench-secret";
}

std::string openAiBody(const std::string& model) {
    return R"({"model":")" + model + R"(","stream":true,"messages":[{"role":"user","content":"@BENCH@"}]})";
}

std::string saidBy(const std::vector<std::string>& command, const test::Settings& settings) {
    const test::Installation installation(settings);
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"-c", installation.configFile()});
    return test::runToEnd({test::programPath(), arguments}).output;
}

// Whether a worker follows streams without a thread for each; if so, its default number of both is wide.
bool followsStreams() {
    static const bool follows = saidBy({"check", "--print-config"}, {}).find("pool.model.streams") != std::string::npos;
    return follows;
}

// Wide enough that nothing but the machine is the limit; which of two workers takes a connection is chance, so each
// could hold them all.
void widen(test::Settings& settings) {
    settings["pool.model.processes"] = to_string(kWorkers);
    if (!followsStreams()) settings["pool.model.threads"] = "10500";
    settings["pool.model.backlog"] = "4096";
    settings["pool.model.queue_ms"] = "60000";
}

test::Settings settingsFor(const BenchUpstream& upstream, const HostOptions& options) {
    test::Settings settings{{"log.level", "info"},
                            {"route.text", "spark_chat"},
                            {"route.picture", "spark_image"},
                            {"timeout.drain_ms", "2000"},
                            {"model.spark_image.question", "bench frames=20 gap_us=0 bytes=350"}};
    if (options.room == Room::wide) widen(settings);
    leadTo(upstream.url(options.transport, "/v1.1/chat"), "spark_chat", settings);
    leadTo(upstream.url(options.transport, "/v2.1/image"), "spark_image", settings);
    settings["model.bench_openai.plugin"] = "openai";
    settings["model.bench_openai.url"] = "http://127.0.0.1:" + to_string(upstream.httpPort()) + "/v1";
    settings["model.bench_openai.api_key"] = "bench-key";
    settings["model.bench_openai.model"] = "bench";
    if (options.transport == Transport::tls)
        for (const std::string model : {"spark_chat", "spark_image"})
            settings["model." + model + ".tls.ca_file"] = upstream.caFile();
    for (const auto& [key, value] : options.settings) settings[key] = value;
    return settings;
}

std::string proxied(const std::string& path, const std::string& server) {
    return "location = " + path + " {\n    proxy_pass http://" + server +
           ";\n    proxy_http_version 1.1;\n    proxy_buffering off;\n}\n";
}

class ListeningSocket {
public:
    explicit ListeningSocket(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
            ::listen(socket_.get(), 4096) != 0)
            throw std::runtime_error("cannot listen on " + path);
    }
    int descriptor() const { return socket_.get(); }

private:
    FileDescriptor socket_;
};

}  // namespace

BenchUpstream::BenchUpstream(int stepDelayMs)
    : certificate_(upstream::makeCertificate(folder_.path(), "localhost")),
      process_(upstreamCommand(certificate_, stepDelayMs, folder_.file("output"))) {
    const auto isReady = [this] {
        const std::string said = test::readFile(folder_.file("output"));
        return std::sscanf(said.c_str(), "ready ws=%hu wss=%hu http=%hu", &ws_, &wss_, &http_) == 3;
    };
    await("the \"ready\" of bench_upstream", kStartLimit, [&] { return isReady() || !process_.isRunning(); });
    if (!process_.isRunning())
        throw std::runtime_error("bench_upstream did not start: " + test::readFile(folder_.file("output")));
}

std::string BenchUpstream::url(Transport transport, const std::string& path) const {
    return transport == Transport::tls ? "wss://localhost:" + to_string(wss_) + path
                                       : "ws://localhost:" + to_string(ws_) + path;
}

HostUnderBench::HostUnderBench(const HostOptions& options)
    : upstream_(options.stepDelayMs),
      manager_(settingsFor(upstream_, options)),
      uuid_(manager_.newUser("bench")),
      bodyFile_(manager_.installation().dir().write("body.json", test::textBody(uuid_, "bench", "@BENCH@"))),
      openAiBodyFile_(manager_.installation().dir().write("openai.json", openAiBody("bench_openai"))),
      toSparkBodyFile_(manager_.installation().dir().write("to_spark.json", openAiBody("spark_chat"))) {
    startHello();
    test::NginxOptions nginx;
    nginx.socketFolder = file("run");
    nginx.locations = locations();
    nginx_ = std::make_unique<test::NginxSite>(nginx);
}

void HostUnderBench::startHello() {
    const ListeningSocket socket(helloSocket());
    for (int i = 0; i < kWorkers; ++i) {
        test::Command command{test::buildFolder() + "/tests/bench/driver/bench_hello"};
        command.standardInput = socket.descriptor();
        hello_.push_back(std::make_unique<test::ChildProcess>(command));
    }
}

std::string HostUnderBench::helloSocket() const { return file("run/hello.sock"); }

std::string HostUnderBench::relaySocket(Way way) const { return file("run/relay" + to_string(int(way)) + ".sock"); }

std::string HostUnderBench::locations() const {
    return proxied("/floor", "127.0.0.1:" + to_string(upstream_.httpPort())) +
           proxied("/two-hops", "unix:" + relaySocket(Way::twoHops) + ":/") +
           proxied("/aiohttp", "unix:" + relaySocket(Way::aiohttp) + ":/textModel/stream") +
           proxied("/flask", "unix:" + relaySocket(Way::flask) + ":/textModel/stream") +
           "location = /hello { fastcgi_pass unix:" + helloSocket() + "; }\n";
}

Pids HostUnderBench::nginxProcesses() const {
    Pids all = childrenOf(nginx_->pid());
    all.push_back(nginx_->pid());
    return all;
}

const Relay& HostUnderBench::relay(Way way) {
    auto& relay = relays_[way];
    if (!relay)
        relay = std::make_unique<Relay>(way, relaySocket(way),
                                        "ws://127.0.0.1:" + to_string(upstream_.webSocketPort()) + "/v1.1/chat",
                                        upstream_.httpPort());
    return *relay;
}

Pids HostUnderBench::servers(Way way) {
    switch (way) {
        case Way::floor: return {};
        case Way::nginx:
        case Way::openAi:
        case Way::toSpark:
        case Way::worker: return workers();
        case Way::twoHops:
        case Way::aiohttp:
        case Way::flask: return relay(way).processes();
    }
    return {};
}

Pids HostUnderBench::keepers() {
    const pid_t manager = manager_.process().pid();
    const Pids serving = workers();
    Pids keepers{manager};
    for (const pid_t worker : test::workersOf(manager))
        if (std::find(serving.begin(), serving.end(), worker) == serving.end()) keepers.push_back(worker);
    return keepers;
}

LoadPlan HostUnderBench::planFor(Way way) const {
    const std::string http = "http:" + to_string(nginx_->port()) + ":";
    LoadPlan plan;
    plan.bodyFile = bodyFile_;
    switch (way) {
        case Way::floor: plan.target = http + "/floor"; break;
        case Way::twoHops: plan.target = http + "/two-hops"; break;
        case Way::nginx: plan.target = http + "/textModel/stream"; break;
        case Way::openAi:
        case Way::toSpark:
            plan.target = http + "/v1/chat/completions";
            plan.bodyFile = way == Way::openAi ? openAiBodyFile_ : toSparkBodyFile_;
            plan.header = "Authorization: Bearer " + uuid_;
            break;
        case Way::worker: plan.target = "fastcgi:" + socket() + ":/textModel/stream"; break;
        case Way::aiohttp: plan.target = http + "/aiohttp"; break;
        case Way::flask: plan.target = http + "/flask"; break;
    }
    return plan;
}

bool knowsWarmConnections() {
    const std::string said = saidBy({"models"}, {{"model.spark_chat.app_id", "bench"},
                                                 {"model.spark_chat.api_key", "bench-key"},
                                                 {"model.spark_chat.api_secret", "bench-secret"}});
    return said.find("model.spark_chat.warm_connections") != std::string::npos;
}

}  // namespace aiproject::bench
