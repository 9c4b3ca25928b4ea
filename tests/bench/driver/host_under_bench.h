// One host as it would be in production, with an upstream on it: bench_upstream, `aiproject serve`, the shipped nginx
// before both. Each measurement has a fresh one, so that none pays for what another has left.
#pragma once

#include "bench/driver/load_run.h"
#include "bench/driver/processes.h"
#include "bench/driver/relay.h"
#include "e2e/nginx_site.h"
#include "support/manager_under_test.h"
#include "upstream/certificate.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace aiproject::bench {

enum class Transport { plain, tls };  // between the workers and the upstream

// How many calls the pool "model" takes: as many as the machine can, or what it takes by default.
enum class Room { wide, byDefault };

struct HostOptions {
    Transport transport = Transport::plain;
    int stepDelayMs = 0;           // how far away the upstream is
    test::Settings settings = {};  // besides the bench's own
    Room room = Room::wide;
};

class BenchUpstream {
public:
    explicit BenchUpstream(int stepDelayMs);

    std::string url(Transport transport, const std::string& path) const;
    std::uint16_t webSocketPort() const { return ws_; }
    std::uint16_t httpPort() const { return http_; }
    std::string caFile() const { return certificate_.caFile; }
    pid_t pid() const { return process_.pid(); }

private:
    test::TempDir folder_;
    upstream::CertificateFiles certificate_;
    test::ChildProcess process_;
    std::uint16_t ws_ = 0, wss_ = 0, http_ = 0;
};

class HostUnderBench {
public:
    explicit HostUnderBench(const HostOptions& options = {});
    const BenchUpstream& upstream() const { return upstream_; }
    const test::NginxSite& nginx() const { return *nginx_; }
    const std::string& uuid() const { return uuid_; }  // of user "bench"
    std::string file(const std::string& name) const { return manager_.installation().dir().file(name); }
    std::string socket() const { return manager_.socket("model"); }
    Pids workers(const std::string& pool = "model") const { return manager_.workers(pool); }
    Pids nginxProcesses() const;
    // What stands between nginx and the upstream on this way; the relay that it needs starts with the first call.
    Pids servers(Way way);
    // The manager and the workers of its other pools.
    Pids keepers();

    // A plan of this host's: target and body are filled in.
    LoadPlan planFor(Way way) const;

private:
    // As many processes as workers, on one socket.
    void startHello();
    std::string helloSocket() const;
    std::string relaySocket(Way way) const;
    std::string locations() const;
    const Relay& relay(Way way);

    BenchUpstream upstream_;
    test::ManagerUnderTest manager_;
    std::string uuid_, bodyFile_, openAiBodyFile_, toSparkBodyFile_;
    std::vector<std::unique_ptr<test::ChildProcess>> hello_;
    std::map<Way, std::unique_ptr<Relay>> relays_;
    std::unique_ptr<test::NginxSite> nginx_;  // ends first
};

// Whether spark_chat has warm_connections.
bool knowsWarmConnections();

}  // namespace aiproject::bench
