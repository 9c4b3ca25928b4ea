#include "bench/driver/budget.h"

#include "bench/driver/interruption.h"
#include "bench/driver/progress.h"
#include "bench/driver/target_lines.h"

#include <algorithm>
#include <stdexcept>

namespace aiproject::bench {
namespace {

constexpr int kStreams = 100;
const char* const kNames[kCallParts] = {"other threads", "open", "reserve", "connect", "ask", "relay", "settle", "end"};

std::string nameOf(BudgetCase which) {
    switch (which) {
        case BudgetCase::plain: return "plain";
        case BudgetCase::limitedUser: return "limited user";
        case BudgetCase::tls: return "TLS";
    }
    return "";
}

HostOptions hostFor(BudgetCase which) {
    HostOptions host;
    if (which == BudgetCase::tls) host.transport = Transport::tls;
    if (which == BudgetCase::limitedUser) host.settings["auth.new_tokens"] = "1000000000";
    return host;
}

// Between two moments, by stream; other threads have what no call has taken.
Budget budgetOf(const PartCosts& before, const PartCosts& after, double cpuUs, const LoadResult& load) {
    if (load.streamsEnded == 0) throw std::runtime_error("no stream ended while the budget was measured");
    const auto streams = double(load.streamsEnded);
    Budget budget{{}, {cpuUs / streams}, load.failures};
    double inCalls = 0;
    for (std::size_t i = 0; i < kCallParts; ++i) {
        PartCost& part = budget.parts[i];
        part = {(after[i].cpuUs - before[i].cpuUs) / streams, (after[i].allocations - before[i].allocations) / streams};
        budget.all.allocations += part.allocations;
        if (i != std::size_t(CallPart::other)) inCalls += part.cpuUs;
    }
    budget.parts[std::size_t(CallPart::other)].cpuUs = budget.all.cpuUs - inCalls;
    return budget;
}

Budget measured(BudgetCase which, const BenchOptions& options) try {
    say("budget of a stream, " + nameOf(which));
    const Recording recording;
    HostUnderBench host(hostFor(which));
    const Pids workers = host.workers();
    const Row row = setUpRow(options, which == BudgetCase::tls ? Transport::tls : Transport::plain);
    LoadRun load(planOf(row, host, std::max(1, options.seconds / 2)));
    load.awaitSteady();
    const PartCosts before = recording.costsOf(workers);
    const auto cpuBefore = cpuTimeOf(workers);
    load.awaitOver();
    const PartCosts after = recording.costsOf(workers);
    const std::chrono::duration<double, std::micro> cpu = cpuTimeOf(workers) - cpuBefore;
    return budgetOf(before, after, cpu.count(), load.result());
} catch (const Interrupted&) {
    throw;
} catch (const std::runtime_error& e) {  // the other measurements go on
    say("budget of a stream, " + nameOf(which) + ": " + e.what());
    return {{}, {kNotMeasured, kNotMeasured}, 1};
}

}  // namespace

Row setUpRow(const BenchOptions& options, Transport transport) {
    return {Mode::saturation, options.atMost(kStreams), Way::nginx, transport, 1};
}

const Budget& BudgetBook::of(BudgetCase which) {
    const auto found = budgets_.find(which);
    return found != budgets_.end() ? found->second : budgets_[which] = measured(which, options_);
}

std::int64_t BudgetBook::failures() const {
    std::int64_t sum = 0;
    for (const auto& measured : budgets_) sum += measured.second.failures;
    return sum;
}

Section BudgetBook::section(RowBook& rows) {
    of(BudgetCase::plain);
    if (!options_.sharesHosts) of(BudgetCase::limitedUser), of(BudgetCase::tls);
    std::vector<std::string> heads{"part of a stream of 1 frame"};
    for (const auto& [which, budget] : budgets_)
        heads.insert(heads.end(), {nameOf(which) + ": CPU µs of the workers", "allocations"});
    Table table(heads);
    const auto add = [&](const std::string& name, auto costOf) {
        std::vector<std::string> cells{name};
        for (const auto& [which, budget] : budgets_) {
            const PartCost cost = costOf(budget);
            cells.insert(cells.end(), {fixed(cost.cpuUs, 0), fixed(cost.allocations, 0)});
        }
        table.add(cells);
    };
    for (std::size_t i = 1; i <= kCallParts; ++i)  // other threads last
        add(kNames[i % kCallParts], [i](const Budget& budget) { return budget.parts[i % kCallParts]; });
    add("all", [](const Budget& budget) { return budget.all; });
    const Figures& bare = rows.of(setUpRow(options_, Transport::plain));
    Section section{"Budget", table};
    section.lines.push_back("Without the recorder, plain: " + fixed(bare.perStream(bare.cpuServers), 0) + " µs.");
    return section;
}

}  // namespace aiproject::bench
