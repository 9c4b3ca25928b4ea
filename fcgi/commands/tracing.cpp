#include "commands/tracing.h"

#include "commands/release.h"
#include "config/collector_url.h"

#include <unistd.h>

#include <array>

namespace aiproject {
namespace {

TraceSource traceSource(const std::string& pool) {
    std::array<char, 256> host{};
    gethostname(host.data(), host.size() - 1);
    return {release(), pool, host.data(), getpid()};
}

}  // namespace

std::unique_ptr<SpanSender> spanSender(const TraceConfig& config, const std::string& pool, Log& log, Count& dropped) {
    const auto url = collectorUrlIn(config.otlpUrl);
    if (!url) return nullptr;
    TraceLimits limits;
    limits.samplePerMille = config.samplePerMille;
    const auto headers = headersIn(config.otlpHeaders).value_or(std::vector<HeaderField>());
    auto sender = std::make_unique<SpanSender>(*url, headers, traceSource(pool), limits,
                                               [&log](const std::string& text) { log.warning(text); });
    sender->countIn(dropped);
    return sender;
}

}  // namespace aiproject
