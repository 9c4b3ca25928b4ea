// Scenarios of the process: many threads in it, its state, its end.
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

// Who computes has a part of the machine only.
TryLimits inACrowd(TryLimits limits) {
    constexpr std::uint64_t most = UINT32_MAX;
    Timeouts& times = limits.timeouts;
    for (std::uint32_t* ms : {&times.firstFrameMs, &times.idleFrameMs, &times.totalMs})
        *ms = std::uint32_t(std::min(most, std::uint64_t(*ms) * kThreads));
    return limits;
}

bool hasChildren() {
    siginfo_t info{};
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

}  // namespace

void playThreads(Scene& scene) {
    if (scene.plain.isEndless()) return scene.notTried(rule::kThreads, scene.plain.reason);
    const auto bench = scene.bench();
    const TryLimits limits = inACrowd(bench->limits());
    const auto oneByOne = std::chrono::milliseconds(std::int64_t(kThreads) * kCallsOfThread * scene.plain.ms);
    scene.tell({"patience", std::to_string((kPatience + oneByOne).count()), ""});
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
                    TriedResult result = bench->call(question, limits, nobody);
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
    if (!scene.plain.isOk())
        scene.notTried(rule::kThreads, "with answers: the plain question was not answered: " + scene.plain.reason);
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
        for (const std::string& line : before.missing()) scene.broken(rule::kProcess, line);
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
