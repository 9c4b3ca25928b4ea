#include "bench/driver/http_clients.h"
#include "bench/driver/progress.h"
#include "bench/driver/row_book.h"
#include "bench/driver/section.h"

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace aiproject::bench {
namespace {

constexpr double kMostMs = 20;
constexpr int kClientsPerLogin = 3;
constexpr std::size_t kPictureBytes = 4'000'000;

// Clients beside a crowd, in proportion to it, so that a small run is a short one.
int loginsPerSecond(int crowd) { return std::max(1, crowd / 10); }
int uploadClients(int crowd) { return std::max(1, crowd / 50); }
int slowClients(int crowd) { return std::max(1, crowd / 5); }

struct Outcome {
    LoadResult load;
    std::string others;  // how they fared
};

LoadPlan crowdOf(const HostUnderBench& host, const BenchOptions& options) {
    const Row row{Mode::paced, options.crowd, Way::nginx, Transport::plain};
    return planOf(row, host, options.crowdSeconds);
}

Outcome beside(const HostUnderBench& host, const LoadPlan& plan, const HttpQuestion& question, Rate rate) {
    HttpQuestion asked = question;
    asked.headers["uuid"] = host.uuid();
    asked.headers["username"] = "bench";
    LoadRun crowd(plan);
    crowd.awaitSteady();
    HttpClients others(host.nginx().port(), asked, rate);
    crowd.awaitOver();
    const Answers& answers = others.end();
    return {crowd.result(), answers.text()};
}

Outcome alone(const HostUnderBench&, const LoadPlan& plan) {
    LoadRun crowd(plan);
    return {crowd.result(), ""};
}

Outcome besideLogins(const HostUnderBench& host, const LoadPlan& plan) {
    const std::string login = test::registration("bench", "a good password", "user@example.org");
    return beside(host, plan, {"/auth/login", login},
                  {loginsPerSecond(plan.streams) * kClientsPerLogin, loginsPerSecond(plan.streams)});
}

Outcome besideUploads(const HostUnderBench& host, const LoadPlan& plan) {
    return beside(host, plan, {"/PictureToTextModel/chat", "\xFF\xD8\xFF" + std::string(kPictureBytes, 'p')},
                  {uploadClients(plan.streams)});
}

Outcome besideSlowReaders(const HostUnderBench& host, const LoadPlan& plan) {
    LoadPlan slow = host.planFor(Way::nginx);
    slow.streams = slowClients(plan.streams);
    slow.rampPerSecond = slow.streams;
    slow.frames = kEndless;
    slow.isCut = true;
    slow.bytes = 4'000;
    slow.readBytesPerSecond = 1;
    slow.seconds = 600;
    LoadRun slowly(slow);
    slowly.awaitSteady();
    LoadRun crowd(plan);
    crowd.awaitOver();
    if (!slowly.isRunning()) throw std::runtime_error("the clients that hardly read ended before the crowd");
    return {crowd.result(), "held all along"};
}

}  // namespace

Section bulkheads(RowBook& rows, const BenchOptions& options) {
    const std::pair<std::string, std::function<Outcome(const HostUnderBench&, const LoadPlan&)>> all[] = {
        {"nobody", alone},
        {std::to_string(loginsPerSecond(options.crowd)) + " logins/s", besideLogins},
        {std::to_string(uploadClients(options.crowd)) + " users with pictures of 4 MB", besideUploads},
        {std::to_string(slowClients(options.crowd)) + " clients that read 1 byte/s", besideSlowReaders}};
    const HostUnderBench& host = rows.sharedHost(Transport::plain);
    const LoadPlan plan = crowdOf(host, options);
    Section result{"Bulkheads"};
    Table table({"beside " + std::to_string(options.crowd) + " streams", "added p50 ms", "p99", "p99.9",
                 "target of p99", "", "streams failed", "answers to the others, by code"});
    for (const auto& [name, run] : all) {
        say(std::to_string(options.crowd) + " streams beside " + name);
        const Outcome outcome = run(host, plan);
        const Times& added = outcome.load.added;
        table.add({name, fixed(added.p50 / 1'000, 2), fixed(added.p99 / 1'000, 2), fixed(added.p999 / 1'000, 2),
                   "< " + fixed(kMostMs, 0), added.p99 / 1'000 < kMostMs ? "met" : "missed",
                   std::to_string(outcome.load.failures), outcome.others});
        result.failures += outcome.load.failures;
    }
    result.table = table;
    return result;
}

}  // namespace aiproject::bench
