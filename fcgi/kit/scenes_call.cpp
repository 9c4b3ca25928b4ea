// Scenarios of one call at a time: the plain answer, odd inputs, clients that are slow or leave, ends and time-outs.
#include "kit/ending_client.h"
#include "kit/scene.h"

#include "call/outcome.h"

#include <algorithm>
#include <array>
#include <thread>

namespace aiproject {
namespace {

using Clock = std::chrono::steady_clock;

TriedResult callOnStack(Bench& bench, const TriedQuestion& question, const TryLimits& limits, TriedClient& client,
                        LateUse* late = nullptr, const std::function<void(TriedCall& call)>& whileRunning = {}) {
    std::optional<TriedResult> result;
    onPluginStack([&] { result = bench.call(question, limits, client, late, whileRunning); });
    return *result;
}

std::string countOf(std::uint64_t count, const char* what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

const char* wordsOf(Stop reason) {
    switch (reason) {
        case Stop::clientLeft: return "the client had left";
        case Stop::answerTooLong: return "the host had ended the call (answerTooLong)";
        case Stop::guardExpired: return "the host had ended the call (guardExpired)";
        case Stop::totalExpired: return "the host had ended the call (totalExpired)";
        case Stop::none: break;
    }
    return "";
}

// A call that ends there. False: it brought none so far on.
bool endAt(Scene& scene, Bench& bench, const char* rule, const CallEnding& ending) {
    const std::string when = std::string("after ") + wordsOf(ending.reason) +
                             (ending.place == 0 ? " at once" : " at piece " + std::to_string(ending.place));
    scene.under(rule, when);
    EndingClient client(&scene, ending);
    const TriedResult result = callOnStack(bench, bench.question(), bench.limits(), client, nullptr,
                                           [&](TriedCall& call) { client.watch(call); });
    scene.judge(result);
    if (!client.hasEnded()) return false;
    const std::int64_t took = client.msSinceEnd();
    if (took > soon(bench.limits()).count())
        scene.broken(rule, "generate() went on for " + std::to_string(took) + " ms " + when);
    constexpr std::uint64_t mostRefused = 3;
    if (result.refusedPieces > mostRefused)
        scene.broken(rule, "generate() offered " + countOf(result.refusedPieces, "more piece") + " " + when +
                               ", although each was refused");
    const bool isWrong = result.wasRefused && !result.isFollowed && result.returned != ModelStatus::stopped;
    if (isWrong && !result.report.isGarbage)
        scene.broken(rule, std::string("generate() returned ") + nameOf(result.returned) + ", not stopped, " + when);
    return true;
}

// The plugin is as good as before.
void askPlainly(Scene& scene, Bench& bench, const char* rule, const std::string& context) {
    if (scene.plain.isEndless()) return;
    scene.under(rule, context);
    CountingClient client(&scene);
    const TriedResult result = callOnStack(bench, bench.question(), bench.limits(), client);
    scene.judge(result);
    if (scene.plain.isOk() && result.status != ModelStatus::ok)
        scene.broken(rule, "the plain question " + context + " ended with " + nameOf(result.status) + ": " +
                               reasonOf(result.stop, result.report));
}

std::vector<std::pair<std::string, TriedQuestion>> oddQuestions(std::uint32_t kinds) {
    std::vector<std::pair<std::string, TriedQuestion>> all;
    const auto has = [&](Kind kind) { return (kinds & std::uint32_t(kind)) != 0; };
    const std::string noise = [] {
        std::string bytes;
        std::uint32_t state = 1;
        for (int i = 0; i < 4'000; ++i) bytes += char((state = state * 1'664'525U + 1'013'904'223U) >> 24U);
        return bytes;
    }();
    if (has(Kind::text)) {
        all.emplace_back("with an empty text", TriedQuestion::ofText({{"user", ""}}));
        all.emplace_back("with a text of 1 MB", TriedQuestion::ofText({{"user", std::string(1'000'000, 'x')}}));
        std::vector<std::pair<std::string, std::string>> turns;
        for (int i = 0; i < 500; ++i) turns.insert(turns.end(), {{"user", "and then?"}, {"assistant", "more"}});
        turns.insert(turns.end(), {"user", "the end?"});
        all.emplace_back("with a dialog of 1001 turns", TriedQuestion::ofText(turns));
        all.emplace_back("with roles it may not know",
                         TriedQuestion::ofText({{"oracle", "x"}, {"tool", "y"}, {"user", "z"}}));
        all.emplace_back("with signs of all kinds",
                         TriedQuestion::ofText({{"user", "\"\\\t\n\x01 \xf0\x9f\x98\x80 %s%n"}}));
    }
    if (has(Kind::voice)) {
        all.emplace_back("with a recording of one sample",
                         TriedQuestion::ofBytes(Kind::voice, std::string(2, '\0'), "audio/L16;rate=16000"));
        all.emplace_back("with a recording of noise",
                         TriedQuestion::ofBytes(Kind::voice, noise, "audio/L16;rate=16000"));
    }
    if (has(Kind::picture)) {
        all.emplace_back("with a picture that is cut off",
                         TriedQuestion::ofBytes(Kind::picture, "\xff\xd8\xff\xe0", "image/jpeg"));
        all.emplace_back("with a picture of noise",
                         TriedQuestion::ofBytes(Kind::picture, "\xff\xd8\xff" + noise, "image/jpeg"));
    }
    if (has(Kind::embedding)) {
        all.emplace_back("with an empty input", TriedQuestion::ofEmbedding({""}));
        all.emplace_back("with 200 inputs", TriedQuestion::ofEmbedding(std::vector<std::string>(200, "word")));
    }
    if (has(Kind::speech)) {
        all.emplace_back("with an empty text to say", TriedQuestion::ofSpeech(""));
        all.emplace_back("with signs to say", TriedQuestion::ofSpeech("<x> & \xf0\x9f\x98\x80 \x01 %s"));
    }
    return all;
}

}  // namespace

void playAnswer(Scene& scene) {
    const auto bench = scene.bench();
    const std::chrono::milliseconds call =
        std::chrono::milliseconds(bench->limits().timeouts.totalMs) + soon(bench->limits());
    scene.tell({"patience", std::to_string((2 * call).count()), ""});
    std::atomic<bool> isUsedLate{false};
    LateUse& late = LateUse::make([&] { isUsedLate = true; });
    const auto ask = [&](TriedClient& client) {
        const TriedQuestion question = bench->question();
        return callOnStack(*bench, question, bench->limits(), client, &late);
    };
    scene.under(rule::kAnswer);
    CountingClient client(&scene);
    const auto begin = Clock::now();
    const TriedResult result = ask(client);
    scene.judge(result);
    const std::string why = result.status == ModelStatus::ok ? "" : reasonOf(result.stop, result.report);
    scene.tell({"plain", nameOf(result.status), why});
    scene.tell({"plain-size", std::to_string(client.pieces), std::to_string(msSince(begin))});
    // Two at once, which must not have a descriptor in common.
    scene.under(rule::kAnswer, "for two calls at once");
    scene.doing("generate()");
    std::array<TriedResult, 2> both;
    std::array<std::thread, 2> threads;
    for (std::size_t i = 0; i < both.size(); ++i)
        threads.at(i) = std::thread([&, i] {
            CountingClient nobody(nullptr);
            both.at(i) = ask(nobody);
        });
    for (std::thread& thread : threads) thread.join();
    for (const TriedResult& one : both) scene.judge(one);
    if (result.status == ModelStatus::timedOut) scene.notTried(rule::kAnswer, "to its end: " + why);
    if (result.status != ModelStatus::ok)
        for (const char* rule : {rule::kText, rule::kStream, rule::kAdvance})
            scene.notTried(rule,
                           std::string("the plain question was not answered: ") + nameOf(result.status) + ": " + why);
    // A thread of the plugin that has kept a reply uses it now or never: nothing else would show it.
    constexpr std::chrono::milliseconds lateTime(300);
    for (const auto begin = Clock::now(); !isUsedLate && Clock::now() < begin + lateTime;)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    bench->destroy();
    if (isUsedLate) scene.broken(rule::kReply, "the plugin used the reply of a call that was over");
    late.end();
}

void playInputs(Scene& scene) {
    if (scene.plain.isEndless()) return scene.notTried(rule::kInputs, scene.plain.reason);
    const auto bench = scene.bench();
    for (const auto& [context, question] : oddQuestions(bench->model().settings().kinds())) {
        scene.under(rule::kInputs, context);
        CountingClient client(&scene);
        scene.judge(callOnStack(*bench, question, bench->limits(), client));
    }
    askPlainly(scene, *bench, rule::kInputs, "after odd inputs");
    bench->destroy();
}

// Longer than a time-out of the plugin's own would be: the host's time stands still meanwhile.
void playSlowClient(Scene& scene) {
    if (!scene.plain.isOk())
        return scene.notTried(rule::kSlowClient, "the plain question was not answered: " + scene.plain.reason);
    class SlowClient final : public CountingClient {
    public:
        SlowClient(Scene* scene, std::chrono::milliseconds pause) : CountingClient(scene), pause_(pause) {}
        bool read() override {
            constexpr int slowReads = 2;
            if (++reads_ <= slowReads) std::this_thread::sleep_for(pause_);
            return true;
        }

    private:
        const std::chrono::milliseconds pause_;
        int reads_ = 0;
    };
    const auto bench = scene.bench();
    TryLimits limits = bench->limits();
    limits.timeouts.idleFrameMs = std::uint32_t(std::max<std::int64_t>(2'000, 5 * scene.plain.ms));
    const std::chrono::milliseconds pause(limits.timeouts.idleFrameMs * 3 / 2);
    limits.timeouts.totalMs += std::uint32_t(4 * pause.count());
    scene.under(rule::kSlowClient, "while the client reads slowly");
    SlowClient client(&scene, pause);
    const TriedResult result = callOnStack(*bench, bench->question(), limits, client);
    scene.judge(result);
    if (result.status != ModelStatus::ok)
        scene.broken(rule::kSlowClient, "the client took nothing for " + std::to_string(pause.count()) +
                                            " ms, twice, and the call ended with " + nameOf(result.status) + ": " +
                                            reasonOf(result.stop, result.report));
    bench->destroy();
}

void playClientLeaves(Scene& scene) {
    const auto bench = scene.bench();
    constexpr std::uint64_t most = 8;
    const std::uint64_t pieces = scene.plain.isOk() ? scene.plain.pieces : 0;
    for (std::uint64_t place = 0; place <= std::min(pieces, most); ++place)
        endAt(scene, *bench, rule::kClientLeaves, {place, Stop::clientLeft});
    if (pieces > most) endAt(scene, *bench, rule::kClientLeaves, {pieces, Stop::clientLeft});
    askPlainly(scene, *bench, rule::kClientLeaves, "after clients had left");
    bench->destroy();
    if (!scene.plain.isOk())
        scene.notTried(rule::kClientLeaves,
                       "at a piece of the answer; the plain question was not answered: " + scene.plain.reason);
}

void playStop(Scene& scene) {
    const auto bench = scene.bench();
    for (const Stop reason : {Stop::answerTooLong, Stop::guardExpired, Stop::totalExpired})
        for (const std::uint64_t place : {0, 1}) endAt(scene, *bench, rule::kStop, {place, reason});
    askPlainly(scene, *bench, rule::kStop, "after the host had ended calls");
    bench->destroy();
}

void playTimeouts(Scene& scene) {
    const auto bench = scene.bench();
    for (const std::uint32_t ms : {1U, 20U, 200U}) {
        TryLimits limits = bench->limits();
        limits.timeouts = {ms, ms, ms, 2 * ms};
        const std::string context = "with time-outs of " + std::to_string(ms) + " ms";
        scene.under(rule::kTimeouts, context);
        CountingClient client(&scene);
        const auto begin = Clock::now();
        scene.judge(callOnStack(*bench, bench->question(), limits, client));
        if (msSince(begin) > soon(limits).count())
            scene.broken(rule::kTimeouts, "generate() " + context + " took " + std::to_string(msSince(begin)) + " ms");
    }
    askPlainly(scene, *bench, rule::kTimeouts, "after time-outs");
    bench->destroy();
}

}  // namespace aiproject
