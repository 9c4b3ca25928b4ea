// Scenarios of what is left behind by calls, those that are answered and those that end early, and by models.
#include "kit/ending_client.h"
#include "kit/process_state.h"
#include "kit/scene.h"

#include "call/outcome.h"

#include <algorithm>
#include <array>

namespace aiproject {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRounds = 4, kBatches = kRounds + 2;  // the first two are for what is kept for later calls
constexpr std::array<const char*, 3> kOfLeaks{rule::kMemory, rule::kLeftThreads, rule::kDescriptors};

// How the calls of a measurement end.
struct Way {
    const char* words;
    CallEnding ending;  // Stop::none: they are answered
    bool isAnswered() const { return ending.reason == Stop::none; }
};

constexpr Way kPlain{"", {0, Stop::none}};
constexpr std::array<Way, 4> kEndings{{{" whose client had left", {0, Stop::clientLeft}},
                                       {" whose client left at the first piece", {1, Stop::clientLeft}},
                                       {" that the host had ended", {0, Stop::totalExpired}},
                                       {" that the host ended at the first piece", {1, Stop::totalExpired}}}};

// False: it brought no piece to end at.
bool callOnce(Bench& bench, const Way& way) {
    if (way.isAnswered()) {
        CountingClient nobody(nullptr);
        bench.call(bench.question(), bench.limits(), nobody);
        return true;
    }
    EndingClient client(nullptr, way.ending);
    bench.call(bench.question(), bench.limits(), client, nullptr, [&](TriedCall& call) {
        client.watch(call);
        if (way.ending.place == 0) call.waitForEnd();
    });
    return client.hasEnded();
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

// How many calls make a round, of those that take so long: enough to see little, in seconds, not minutes. 0: even one
// is too slow.
int callsOfRound(std::int64_t msOfCall, const Way& way) {
    constexpr int most = 100, few = 5;
    const std::int64_t ms = msOfCall + 1, budget = way.isAnswered() ? 1'500 : 500;    // of a round
    const std::int64_t slow = way.isAnswered() ? 12'000 : 6'000, slowest = 5 * slow;  // of all rounds
    if (kBatches * ms > slowest) return 0;
    const std::int64_t least = std::clamp<std::int64_t>(slow / (kBatches * ms), 1, few);
    return int(std::clamp<std::int64_t>(budget / ms, least, most));
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

bool judgeGrowth(Scene& scene, const Figures& figures, int calls, const std::string& words) {
    // Of a round as well: what a plugin learns of its upstream, and connections that wait, are no leak.
    constexpr double leastBytes = 32, leastOfRound = 2'048, leastResident = 4'096, leastThings = 0.05;
    constexpr double leastResidentOfRound = 5 * leastResident;
    const std::string seen = " a call, in each of " + std::to_string(figures.size() - 1) + " rounds of " +
                             std::to_string(calls) + (calls == 1 ? " call" : " calls") + words;
    bool isBroken = false;
    const auto broken = [&](const char* rule, const std::string& how) {
        isBroken = true;
        scene.broken(rule, how + seen);
    };
    const double heap = growthOfCall(figures, &Leftovers::heapBytes, calls);
    const double resident = growthOfCall(figures, &Leftovers::residentBytes, calls);
    if (heap >= leastBytes && heap * calls >= leastOfRound)
        broken(rule::kMemory, "memory that is in use grows by " + rounded(heap) + " bytes");
    else if (resident >= leastResident && resident * calls >= leastResidentOfRound)
        broken(rule::kMemory, "resident memory grows by " + rounded(resident) + " bytes");
    const double threads = growthOfCall(figures, &Leftovers::threads, calls);
    if (threads >= leastThings) broken(rule::kLeftThreads, "threads grow by " + rounded(threads));
    const double descriptors = growthOfCall(figures, &Leftovers::descriptors, calls);
    if (descriptors >= leastThings) broken(rule::kDescriptors, "open descriptors grow by " + rounded(descriptors));
    return !isBroken;
}

// What is there after each round; fewer rounds where much is left, before there is nothing more to have.
Figures figuresOf(Bench& bench, const Way& way, int calls) {
    constexpr int most = 500;  // threads, or descriptors
    const auto round = [&] {
        for (int call = 0; call < calls; ++call) callOnce(bench, way);
    };
    Figures figures;
    figures.reserve(kRounds + 1);
    for (int batch = 0; batch < kBatches - kRounds; ++batch) round();
    figures.push_back(Leftovers::now());
    for (int batch = 0; batch < kRounds; ++batch) {
        round();
        figures.push_back(Leftovers::now());
        const bool isMuch = std::max(figures.back().threads, figures.back().descriptors) > most;
        if (figures.size() > 2 && isMuch) break;
    }
    return figures;
}

void tellUntried(Scene& scene, const std::string& why) {
    for (const char* rule : kOfLeaks) scene.notTried(rule, why);
}

// Calls of one way, as many as a call that takes so long allows. False: a rule is broken.
bool tryWay(Scene& scene, Bench& bench, const Way& way, std::int64_t msOfCall, Clock::time_point begin) {
    const int calls = callsOfRound(msOfCall, way);
    if (calls == 0) {
        tellUntried(scene,
                    std::string("between calls") + way.words + ": one takes " + std::to_string(msOfCall) + " ms");
        return true;
    }
    scene.under(rule::kMemory, std::string("in many calls") + way.words);
    scene.doing("generate()");
    const std::chrono::milliseconds expected(std::int64_t(2) * kBatches * calls * (msOfCall + 1));
    scene.tell({"patience", std::to_string(msSince(begin) + (expected + kPatience).count()), ""});
    Figures figures;
    onPluginStack([&] { figures = figuresOf(bench, way, calls); });
    scene.doing("");
    return judgeGrowth(scene, figures, calls, way.words);
}

// A model that has lived leaves nothing: its threads end in destroy(), and what it has opened is closed.
void judgeLives(Scene& scene) {
    constexpr std::int64_t slow = 1'500, slowest = 15'000;  // ms
    if (scene.plain.ms > slowest) return;                   // which its calls have told
    scene.under(rule::kLeftThreads, "of a model that was asked");
    const int lives = scene.plain.ms > slow ? 4 : 6, warm = 2;
    Leftovers first;
    for (int life = 0; life < lives; ++life) {
        {
            const auto bench = scene.bench();
            onPluginStack([&] { callOnce(*bench, kPlain); });
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

void playLeaks(Scene& scene) {
    if (scene.plain.isEndless()) return tellUntried(scene, "between answered calls: " + scene.plain.reason);
    const auto begin = Clock::now();
    fillGates();
    const auto bench = scene.bench();
    tryWay(scene, *bench, kPlain, scene.plain.ms, begin);
    bench->destroy();
    judgeLives(scene);
    if (!scene.plain.isOk())
        scene.notTried(rule::kMemory, "with answers: the plain question was not answered: " + scene.plain.reason);
}

// One way after the other, and none after one that has left much.
void playLeaksOfEnded(Scene& scene) {
    const auto begin = Clock::now();
    fillGates();
    const auto bench = scene.bench();
    if (scene.plain.isOk()) {  // so that what is loaded at first use is there
        scene.under(rule::kMemory, "in a call before others");
        scene.doing("generate()");
        onPluginStack([&] { callOnce(*bench, kPlain); });
        scene.doing("");
    }
    for (const Way& way : kEndings) {
        if (way.ending.place > 0 && !scene.plain.isOk()) continue;
        scene.under(rule::kMemory, std::string("in calls") + way.words);
        scene.doing("generate()");
        bool hasEnded = false;
        const auto beginOfCall = Clock::now();
        onPluginStack([&] { hasEnded = callOnce(*bench, way); });
        scene.doing("");
        if (hasEnded && !tryWay(scene, *bench, way, msSince(beginOfCall), begin)) break;
    }
    bench->destroy();
}

}  // namespace aiproject
