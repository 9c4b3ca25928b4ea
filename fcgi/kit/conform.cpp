#include "kit/conform.h"

#include "aiproject/redaction.h"
#include "base/error.h"
#include "base/utf8.h"
#include "config/overrides.h"
#include "kit/child.h"
#include "kit/rules.h"
#include "kit/scene.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/String.h>

#include <unistd.h>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <map>
#include <set>

namespace aiproject {
namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

struct Scenario {
    std::vector<const char*> rules;  // that it decides
    void (*play)(Scene& scene);
    bool calls = true;  // it calls generate()
    bool runsExit = false;
};

const std::vector<Scenario>& scenarios() {
    static const std::vector<Scenario> all{
        {{rule::kDescriptor}, &playDescriptor, false},
        {{rule::kCreate, rule::kStart, rule::kDestroy}, &playLife, false},
        {{rule::kSettings}, &playSettings, false},
        {{rule::kAnswer, rule::kText, rule::kStatus, rule::kExceptions, rule::kReply, rule::kStream, rule::kAdvance},
         &playAnswer},
        {{rule::kInputs}, &playInputs},
        {{rule::kSlowClient}, &playSlowClient},
        {{rule::kClientLeaves}, &playClientLeaves},
        {{rule::kStop}, &playStop},
        {{rule::kTimeouts}, &playTimeouts},
        {{rule::kThreads}, &playThreads},
        {{rule::kMemory, rule::kLeftThreads, rule::kDescriptors}, &playLeaks},
        {{rule::kMemory, rule::kLeftThreads, rule::kDescriptors}, &playLeaksOfEnded},
        {{rule::kProcess, rule::kSignals, rule::kOutput}, &playProcess},
        {{rule::kExit}, &playExit, true, true}};
    return all;
}

// Nothing more can be seen of a plugin that does not come back from it.
bool isOfLife(const Scenario& scenario) { return scenario.play == &playDescriptor || scenario.play == &playLife; }

// Shorter than a service has them: nobody waits ten minutes for a test. -D sets others.
std::vector<std::string> withShortTimes(const std::vector<std::string>& overrides) {
    std::vector<std::string> all{"timeout.connect_ms=3000", "timeout.first_frame_ms=10000",
                                 "timeout.idle_frame_ms=10000", "timeout.total_ms=20000"};
    all.insert(all.end(), overrides.begin(), overrides.end());
    return all;
}

constexpr std::chrono::seconds kPatienceOfLife{kIsSanitized ? 80 : 20};  // for a scenario without a call

class Conforming {
public:
    Conforming(PluginToTry plugin, const Asked& asked) : plugin_(std::move(plugin)), asked_(asked) {
        plugin_.overrides = withShortTimes(plugin_.overrides);
        // By their names until the plugin's descriptor says which are secret.
        for (const std::string& entry : plugin_.overrides)
            if (looksSecret(entry.substr(0, entry.find('=')))) secrets_.add(entry.substr(entry.find('=') + 1));
    }

    void play(const std::function<void(const Scenario&)>& tell) {
        for (const Scenario& scenario : scenarios()) {
            if (!cannot_.empty() || isInterrupted_) return;
            if (scenario.calls && hasAsked_ && !plain_.isThere) {
                for (const char* rule : scenario.rules) untried_[rule].insert("the plain question did not come back");
                continue;
            }
            tell(scenario);
            run(scenario);
        }
    }

    // Nothing that was tried is broken: the exit code is of this, whatever could not be tried.
    bool holds() const { return broken_.empty() && cannot_.empty() && !isInterrupted_; }
    void print(std::ostream& out) const;
    void printAsJson(std::ostream& out) const;

private:
    using Words = std::map<std::string, std::set<std::string>>;

    void run(const Scenario& scenario) {
        std::string doingRule = scenario.rules.front(), doing;
        ChildOrder order;
        order.work = [&](Reporter& reporter) { playHere(scenario, reporter); };
        order.hear = [&](const std::string& line) {
            const SceneLine told = SceneLine::in(line);
            if (told.word == "doing") {
                doingRule = told.first;
                doing = told.second;
            } else if (told.word == "patience") {
                order.patience = std::chrono::milliseconds(std::stoll(told.first));
            } else {
                take(told);
            }
        };
        constexpr int mostCalls = 24;  // one after the other, in one scenario
        order.patience =
            isOfLife(scenario) ? kPatienceOfLife : kPatience + std::chrono::milliseconds(mostCalls * plain_.ms);
        order.runsExit = scenario.runsExit;
        const ChildEnd end = runChild(order);
        hasAsked_ |= scenario.calls;
        isInterrupted_ |= end.isInterrupted;
        const std::string early = !cannot_.empty()    ? cannot_
                                  : end.isInterrupted ? "interrupted"
                                  : end.isBack        ? ""
                                                      : end.verdict;
        for (const char* rule : scenario.rules)
            early.empty() ? seen_.insert(rule) : untried_[rule].insert(shown(early));
        if (end.isInterrupted) return;
        if (!end.isBack) {
            const std::string what = doing.empty() ? "the plugin, outside of its functions," : doing;
            brokenBy(doingRule, what + " " + end.verdict);
            if (isOfLife(scenario)) cannot_ = shown(what + " " + end.verdict);
        } else if (!end.words.empty()) {
            const std::string line = end.words.substr(0, end.words.find('\n'));
            constexpr std::size_t longest = 200;
            brokenBy(rule::kOutput, "the plugin wrote: " + beginOf(line, longest));
        }
    }

    void playHere(const Scenario& scenario, Reporter& reporter) {
        Scene scene(plugin_, asked_, plain_, reporter);
        try {
            scenario.play(scene);
        } catch (const std::exception& e) {
            scene.tell({"cannot", "", describe(e)});
        }
    }

    void take(const SceneLine& told) {
        if (told.word == "broken") brokenBy(told.first, told.second);
        if (told.word == "not-tried") untried_[told.first].insert(shown(told.second));
        if (told.word == "cannot") cannot_ += (cannot_.empty() ? "" : "\n") + shown(told.second);
        if (told.word == "secret") secrets_.add(told.second);
        if (told.word == "plain") {
            plain_.isThere = true;
            plain_.status = told.first;
            plain_.reason = told.first + ": " + shown(told.second);
        }
        if (told.word == "plain-size") {
            plain_.pieces = std::stoull(told.first);
            plain_.ms = std::stoll(told.second);
        }
    }

    bool isWhollyTried(const Rule& rule) const { return seen_.count(rule.name) > 0 && untried_.count(rule.name) == 0; }
    void brokenBy(const std::string& rule, const std::string& how) { broken_[rule].insert(shown(how)); }
    std::string shown(const std::string& text) const { return printable(secrets_.applied(text)); }

    PluginToTry plugin_;
    const Asked& asked_;
    Redaction secrets_;
    PlainAnswer plain_;
    Words broken_, untried_;
    std::set<std::string> seen_;  // rules
    std::string cannot_;          // why the plugin cannot be tried at all
    bool hasAsked_ = false, isInterrupted_ = false;
};

void Conforming::print(std::ostream& out) const {
    int held = 0;
    std::vector<std::string> left;  // not tried, or not all of it
    constexpr int nameWidth = 15;
    constexpr std::size_t most = 2;
    for (const Rule& one : kRules) {
        const auto broken = broken_.find(one.name), untried = untried_.find(one.name);
        const auto name = [&]() -> std::ostream& { return out << std::left << std::setw(nameWidth) << one.name; };
        if (broken != broken_.end()) {
            std::size_t told = 0;
            for (const std::string& how : broken->second)
                if (++told <= most) name() << "BROKEN: " << how << "\n";
            if (told > most) name() << "        and " << told - most << " more of these\n";
            name() << "        imodel.h: \"" << one.sentence << "\"\n";
        }
        if (untried != untried_.end())
            for (const std::string& why : untried->second) name() << "not tried: " << why << "\n";
        if (broken != broken_.end()) continue;
        const bool isTried = isWhollyTried(one);
        if (untried == untried_.end()) name() << (isTried ? "ok" : "not tried") << "\n";
        held += isTried ? 1 : 0;
        if (!isTried) left.emplace_back(one.name);
    }
    if (!cannot_.empty()) out << "\nit cannot be tried further: " << cannot_ << "\n";
    if (isInterrupted_) out << "\ninterrupted\n";
    out << "\n"
        << held << " of " << kRules.size() << " rules hold, " << broken_.size()
        << (broken_.size() == 1 ? " is" : " are") << " broken";
    if (!left.empty())
        out << ", " << left.size() << (left.size() == 1 ? " is" : " are")
            << " not fully tried: " << Poco::cat(std::string(", "), left.begin(), left.end());
    out << "\n";
}

void Conforming::printAsJson(std::ostream& out) const {
    Object all(Poco::JSON_PRESERVE_KEY_ORDER);
    Array rows;
    for (const Rule& one : kRules) {
        Object row(Poco::JSON_PRESERVE_KEY_ORDER);
        const auto broken = broken_.find(one.name), untried = untried_.find(one.name);
        const bool isTried = isWhollyTried(one);
        Array how, why;
        row.set("rule", std::string(one.name));
        row.set("result", std::string(broken != broken_.end() ? "broken" : isTried ? "ok" : "not_tried"));
        if (broken != broken_.end())
            for (const std::string& text : broken->second) how.add(text);
        if (untried != untried_.end())
            for (const std::string& text : untried->second) why.add(text);
        row.set("seen", how);
        row.set("not_tried", why);
        row.set("sentence", std::string(one.sentence));
        rows.add(row);
    }
    all.set("plugin", plugin_.name());
    all.set("holds", holds());
    all.set("rules", rows);
    all.set("cannot", cannot_);
    all.stringify(out, 2);
    out << "\n";
}

}  // namespace

bool conform(const PluginToTry& plugin, const Asked& asked, bool asJson, std::ostream& out) {
    Conforming conforming(plugin, asked);
    const bool isWatched = isatty(STDERR_FILENO) == 1;
    conforming.play([&](const Scenario& scenario) {
        if (isWatched) std::cerr << "\rtrying " << std::left << std::setw(20) << scenario.rules.front() << std::flush;
    });
    if (isWatched) std::cerr << "\r" << std::string(30, ' ') << "\r" << std::flush;
    asJson ? conforming.printAsJson(out) : conforming.print(out);
    return conforming.holds();
}

}  // namespace aiproject
