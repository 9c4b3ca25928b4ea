// The ways from a client to the upstream, and what stands at the place of our workers for comparison: a second nginx,
// or a relay in Python under gunicorn.
#pragma once

#include "bench/driver/processes.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

#include <cstdint>
#include <string>

namespace aiproject::bench {

enum class Way {
    floor,    // nginx proxies the upstream
    twoHops,  // nginx proxies a second nginx over a unix socket, which proxies the upstream
    nginx,    // all of ours
    worker,   // ours at the worker's socket
    openAi,   // ours for a client that speaks OpenAI, and so does the upstream
    toSpark,  // ours for such a client, before Spark
    aiohttp,  // a relay of aiohttp behind the same nginx
    flask     // a relay of Flask with threads behind the same nginx
};

// Two processes that serve, as our workers are two.
//
// ERRORS  std::runtime_error with the program's own words when it does not start.
class Relay {
public:
    // way: twoHops, aiohttp or flask. url: of the upstream's WebSocket; httpPort: where it answers HTTP, for nginx.
    Relay(Way way, const std::string& socket, const std::string& url, std::uint16_t httpPort);

    Pids processes() const;

private:
    test::Command command(Way way, const std::string& url, std::uint16_t httpPort) const;
    void awaitSocket();

    const std::string socket_;
    test::TempDir folder_;
    test::ChildProcess process_;  // ends before its folder
};

}  // namespace aiproject::bench
