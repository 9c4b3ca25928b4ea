#include "kit/scene.h"

#include "base/sanitized.h"
#include "base/utf8.h"
#include "call/outcome.h"

#include <algorithm>
#include <optional>

namespace aiproject {
namespace {

constexpr char kBetween = '\x1f';

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

// The rule that the host's words about a breach belong to; null: none of its own.
const char* ruleOf(const std::string& words) {
    if (has(words, "exception left")) return rule::kExceptions;
    if (has(words, "from another thread") || has(words, "outside of advance()")) return rule::kReply;
    if (has(words, "UTF-8")) return rule::kText;
    if (has(words, "plugin's stream") || has(words, "`streaming`") || has(words, "follow()")) return rule::kStream;
    return nullptr;
}

constexpr int kPatient = kIsSanitized ? 4 : 1;

}  // namespace

std::string SceneLine::joined() const { return word + kBetween + printable(first) + kBetween + printable(second); }

SceneLine SceneLine::in(const std::string& line) {
    const auto one = line.find(kBetween), two = line.find(kBetween, one + 1);
    return {line.substr(0, one), line.substr(one + 1, two - one - 1), line.substr(two + 1)};
}

std::int64_t msSince(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
}

std::chrono::milliseconds soon(const TryLimits& limits) {
    return kPatient * (std::chrono::milliseconds(limits.timeouts.connectMs) + std::chrono::seconds(5));
}

void Scene::under(const char* rule, const std::string& context) {
    rule_ = rule;
    context_ = context.empty() ? "" : " " + context;
}

void Scene::doing(const char* function) {
    const std::string name = function;
    const char* const own = name == "advance()"               ? rule::kAdvance
                            : name == "the stream"            ? rule::kStream
                            : name.rfind("destroy()", 0) == 0 ? rule::kDestroy
                            : name == "start()"               ? rule::kStart
                                                              : rule_;
    const bool hasContext = name == "generate()" || name == "advance()" || name == "create()";
    tell({"doing", own, name + (hasContext ? context_ : "")});
}

void Scene::broken(const char* rule, const std::string& how) { tell({"broken", rule, how}); }

void Scene::notTried(const char* rule, const std::string& why) { tell({"not-tried", rule, why}); }

std::unique_ptr<Bench> Scene::bench() {
    return std::make_unique<Bench>(plugin, asked, [this](const char* function) { doing(function); });
}

void Scene::judge(const TriedResult& result) {
    const std::string& words = result.report.explanation;
    const char* const own = ruleOf(words);
    if (result.report.isGarbage || own == rule::kExceptions) broken(own ? own : rule_, words + context_);
    const bool isUnknown = std::string(nameOf(result.returned)) == "unknown";
    if (isUnknown)
        broken(rule::kStatus, "generate()" + context_ + " returned the status " +
                                  std::to_string(std::int32_t(result.returned)) + ", which the contract does not have");
    const bool isTold = !words.empty() || !result.report.advice.empty() || result.report.isGarbage;
    const bool isFailure = result.returned != ModelStatus::ok && result.returned != ModelStatus::stopped &&
                           result.returned != ModelStatus::streaming;
    if (isFailure && !isUnknown && result.stop == Stop::none && !isTold)
        broken(rule::kAnswer, "generate()" + context_ + " returned " + nameOf(result.returned) +
                                  " and told nobody why: neither explain() nor advise() was called");
    const bool isOwnWish = result.returned == ModelStatus::stopped && result.stop == Stop::none && !result.wasRefused;
    if (isOwnWish && !result.report.isGarbage)
        broken(rule::kStatus, "generate()" + context_ + " returned stopped, which nobody had wished");
    const std::optional<Usage>& told = result.report.reported;
    if (told &&
        std::min({told->question, told->prompt, told->cached, told->completion, told->reasoning, told->total}) < 0)
        broken(rule::kAnswer, "usage()" + context_ + " was told a number below 0");
    if (result.isBehindLast) broken(rule::kAnswer, "generate()" + context_ + " went on after its last frame");
    if (result.sharesDescriptor)
        broken(rule::kStream, "two streams that were followed at the same time had the same descriptor");
    constexpr std::chrono::milliseconds mostSleep =
        kPatient * std::chrono::milliseconds(500);  // one that waits for a lock is late
    if (result.longestSleep > mostSleep)
        broken(rule::kAdvance, "advance()" + context_ + " slept for " + std::to_string(result.longestSleep.count()) +
                                   " ms; it waits for something");
}

}  // namespace aiproject
