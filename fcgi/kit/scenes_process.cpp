// Scenarios of what is left behind: many threads, leaks between calls, the state of the process, its end.
#include "kit/process_state.h"
#include "kit/scene.h"

#include "call/outcome.h"

#include <sys/wait.h>

#include <algorithm>
#include <cfenv>
#include <mutex>
#include <thread>

namespace aiproject {
namespace {

constexpr int kThreads = 16, kCallsOfThread = 4;

void callSilently(Bench& bench, const TriedQuestion& question) {
    CountingClient nobody(nullptr);
    bench.call(question, bench.limits(), nobody);
}

// Of this host's own: it keeps the gates of former calls for a while, and they are not to be counted.
void fillGates() {
    class Nothing final : public IModel {
    public:
        ModelStatus generate(const ModelRequest& /*request*/, IReply& /*reply*/) noexcept override {
            return ModelStatus::ok;
        }
        void destroy() noexcept override {}
    } nothing;
    const TriedQuestion question = TriedQuestion::ofText({{"user", "x"}});
    class Silent final : public IReply {
    public:
        bool text(Text /*piece*/) noexcept override { return true; }
        bool thought(Text /*piece*/) noexcept override { return true; }
        bool toolCall(const ToolPiece& /*piece*/) noexcept override { return true; }
        bool bytes(Text /*piece*/) noexcept override { return true; }
        bool vector(const float* /*values*/, std::uint64_t /*count*/) noexcept override { return true; }
        Seen frame(Text /*dialect*/, Text /*message*/) noexcept override { return Seen::passed; }
        void finish(Finish /*reason*/) noexcept override {}
        void usage(const Usage& /*usage*/) noexcept override {}
        void spoken(const Spoken& /*part*/) noexcept override {}
        void upstreamId(Text /*id*/) noexcept override {}
        void explain(Text /*reason*/) noexcept override {}
        void advise(Text /*sentence*/) noexcept override {}
        void retryAfter(std::uint32_t /*ms*/) noexcept override {}
        ModelStatus follow(IStream& /*stream*/, Text /*peer*/) noexcept override { return ModelStatus::failed; }
        void guard(int /*descriptor*/, std::uint32_t /*ms*/) noexcept override {}
        Stop stop() noexcept override { return Stop::none; }
        Stop wait(std::uint32_t /*ms*/) noexcept override { return Stop::none; }
        void enter(Stage /*stage*/) noexcept override {}
    } silent;
    constexpr int more = 5'000;  // than rest
    const ModelRequest request = question.request({1, 1, 1, 1});
    for (int i = 0; i < more; ++i) generateBehindGate(nothing, request, silent);
}

// How many calls make one measurement, so that all of them take seconds, not minutes.
int callsOfBatch(std::int64_t msOfCall) {
    constexpr std::int64_t budget = 1'500, most = 100, least = 5;
    return int(std::clamp(budget / (msOfCall + 1), least, most));
}

using Figures = std::vector<Leftovers>;

// What grew in each of the measurements, for each call; 0: it did not grow each time.
template <class Member>
double growthOfCall(const Figures& figures, Member member, int calls) {
    double least = 0;
    for (std::size_t i = 1; i < figures.size(); ++i) {
        const double grown = double(figures[i].*member) - double(figures[i - 1].*member);
        if (grown <= 0) return 0;
        least = i == 1 ? grown : std::min(least, grown);
    }
    return least / calls;
}

std::string rounded(double number) {
    const std::string text = std::to_string(number);
    return text.substr(0, text.find('.') + 2);
}

void judgeGrowth(Scene& scene, const Figures& figures, int calls) {
    // Of a round as well: what a plugin learns of its upstream, and connections that wait, are no leak.
    constexpr double leastBytes = 32, leastOfRound = 2'048, leastResident = 4'096, leastThings = 0.05;
    const auto seen =
        " a call, in each of " + std::to_string(figures.size() - 1) + " rounds of " + std::to_string(calls) + " calls";
    const double heap = growthOfCall(figures, &Leftovers::heapBytes, calls);
    const double resident = growthOfCall(figures, &Leftovers::residentBytes, calls);
    if (heap >= leastBytes && heap * calls >= leastOfRound)
        scene.broken(rule::kMemory, "memory that is in use grows by " + rounded(heap) + " bytes" + seen);
    else if (resident >= leastResident)
        scene.broken(rule::kMemory, "resident memory grows by " + rounded(resident) + " bytes" + seen);
    const double threads = growthOfCall(figures, &Leftovers::threads, calls);
    if (threads >= leastThings) scene.broken(rule::kLeftThreads, "threads grow by " + rounded(threads) + seen);
    const double descriptors = growthOfCall(figures, &Leftovers::descriptors, calls);
    if (descriptors >= leastThings)
        scene.broken(rule::kDescriptors, "open descriptors grow by " + rounded(descriptors) + seen);
}

bool hasChildren() {
    siginfo_t info{};
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

// A model that has lived leaves nothing: its threads end in destroy(), and what it has opened is closed.
void judgeLives(Scene& scene) {
    constexpr int lives = 6, warm = 2;
    Leftovers first;
    for (int life = 0; life < lives; ++life) {
        {
            const auto bench = scene.bench();
            onPluginStack([&] { callSilently(*bench, bench->question()); });
            bench->destroy();
        }
        if (life + 1 == warm) first = Leftovers::now();
    }
    const Leftovers last = Leftovers::now();
    const std::string seen =
        " after " + std::to_string(lives - warm) + " models were made, started, asked and destroyed";
    if (last.threads >= first.threads + lives - warm)
        scene.broken(rule::kLeftThreads,
                     std::to_string(last.threads - first.threads) + " more threads are there" + seen);
    if (last.descriptors >= first.descriptors + lives - warm)
        scene.broken(rule::kDescriptors,
                     std::to_string(last.descriptors - first.descriptors) + " more descriptors are open" + seen);
}

}  // namespace

void playThreads(Scene& scene) {
    if (scene.plain.isEndless()) return scene.notTried(rule::kThreads, scene.plain.reason);
    const auto bench = scene.bench();
    scene.under(rule::kThreads, "from " + std::to_string(kThreads) + " threads at once");
    scene.doing("generate()");
    std::mutex mutex;
    std::vector<TriedResult> results;
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int i = 0; i < kThreads; ++i)
        threads.emplace_back([&] {
            const TriedQuestion question = bench->question();
            onPluginStack([&] {
                for (int call = 0; call < kCallsOfThread; ++call) {
                    CountingClient nobody(nullptr);
                    TriedResult result = bench->call(question, bench->limits(), nobody);
                    const std::lock_guard lock(mutex);
                    results.push_back(std::move(result));
                }
            });
        });
    for (std::thread& thread : threads) thread.join();
    scene.doing("");
    int failed = 0;
    std::string why;
    for (const TriedResult& result : results) {
        scene.judge(result);
        const bool mayBe =
            result.status == ModelStatus::ok || result.status == ModelStatus::busy || !scene.plain.isOk();
        if (mayBe) continue;
        ++failed;
        why = std::string(nameOf(result.status)) + ": " + reasonOf(result.stop, result.report);
    }
    if (failed > 0)
        scene.broken(rule::kThreads, std::to_string(failed) + " of " + std::to_string(results.size()) + " calls from " +
                                         std::to_string(kThreads) + " threads failed, one with " + why);
    bench->destroy();
}

void playLeaks(Scene& scene) {
    constexpr std::int64_t slow = 1'500;  // ms
    if (scene.plain.ms > slow) {
        for (const char* rule : {rule::kMemory, rule::kLeftThreads, rule::kDescriptors})
            scene.notTried(rule, "between calls: one takes " + std::to_string(scene.plain.ms) + " ms");
        return;
    }
    fillGates();
    const auto bench = scene.bench();
    const int calls = callsOfBatch(scene.plain.ms);
    constexpr int rounds = 5, mostThreads = 500;
    scene.under(rule::kMemory, "in many calls, one after the other");
    scene.doing("generate()");
    Figures figures;
    figures.reserve(rounds);
    onPluginStack([&] {
        const TriedQuestion question = bench->question();
        for (int call = 0; call < 2 * calls; ++call) callSilently(*bench, question);  // what is kept for later calls
        for (int round = 0; round < rounds; ++round) {
            if (round > 0)
                for (int call = 0; call < calls; ++call) callSilently(*bench, question);
            figures.push_back(Leftovers::now());
            if (figures.size() > 2 && figures.back().threads > mostThreads) break;
        }
    });
    scene.doing("");
    judgeGrowth(scene, figures, calls);
    bench->destroy();
    scene.under(rule::kLeftThreads, "of a model that was asked");
    judgeLives(scene);
    if (!scene.plain.isOk())
        scene.notTried(rule::kMemory, "with answers: the plain question was not answered: " + scene.plain.reason);
}

void playProcess(Scene& scene) {
    const ProcessState before = ProcessState::now();
    scene.under(rule::kProcess);
    {
        const auto bench = scene.bench();
        onPluginStack([&] {
            const SignalMask mask = SignalMask::now();
            const int rounding = std::fegetround(), nice = niceNow();
            for (int call = 0; call < 3; ++call) callSilently(*bench, bench->question());
            if (std::fegetround() != rounding)
                scene.broken(rule::kProcess, "numbers are rounded in another way after a call (fesetround)");
            if (niceNow() != nice)
                scene.broken(rule::kProcess, "the thread of a call has another priority after it (nice, setpriority)");
            if (SignalMask::now() != mask)
                scene.broken(rule::kSignals,
                             "the signals that are blocked in the thread of a call are others after it");
        });
        for (const std::string& line : before.missing()) scene.broken(rule::kDescriptors, line);
        bench->destroy();
    }
    for (const StateChange& change : before.changes())
        scene.broken(change.isOfSignals ? rule::kSignals : rule::kProcess, change.what);
    if (hasChildren()) scene.broken(rule::kOutput, "a process that the plugin has started is left after destroy()");
}

void playExit(Scene& scene) {
    scene.under(rule::kExit, "after destroy()");
    {
        const auto bench = scene.bench();
        onPluginStack([&] { callSilently(*bench, bench->question()); });
        bench->destroy();
    }
    scene.under(rule::kExit);
    scene.doing("the end of the process");
}

}  // namespace aiproject
