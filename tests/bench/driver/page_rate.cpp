#include "bench/driver/page_rate.h"

#include "bench/driver/interruption.h"
#include "bench/driver/progress.h"
#include "bench/driver/table.h"

#include <sstream>
#include <stdexcept>

namespace aiproject::bench {
namespace {

// wrk is Debian's; it says "Non-2xx or 3xx responses: N" when there were any, and "Socket errors: …".
double pagesPerSecond(const std::string& url, int seconds) {
    const test::Finished said = test::runToEnd({"wrk", {"-t1", "-c32", "-d" + std::to_string(seconds) + "s", url}});
    const std::string name = "Requests/sec:";
    const auto at = said.output.find(name);
    const bool wentWell =
        said.output.find("Non-2xx") == std::string::npos && said.output.find("Socket errors") == std::string::npos;
    if (said.code != 0 || at == std::string::npos || !wentWell)
        throw std::runtime_error("wrk " + url + ": not all went well: " + said.output);
    return std::stod(said.output.substr(at + name.size()));
}

}  // namespace

PageRates pageRates(const HostUnderBench& host, const BenchOptions& options) {
    std::vector<double> healthz, hello, ratios;
    for (int round = 1; round <= options.rounds; ++round) {
        throwIfInterrupted();
        say("/healthz beside a small FastCGI program, round " + std::to_string(round));
        healthz.push_back(pagesPerSecond(host.nginx().url("/healthz"), options.pageSeconds));
        hello.push_back(pagesPerSecond(host.nginx().url("/hello"), options.pageSeconds));
        ratios.push_back(healthz.back() / hello.back());
    }
    return {medianOf(healthz), medianOf(hello), medianOf(ratios)};
}

}  // namespace aiproject::bench
