// One scenario of --conform, in a child of its own: what it tells the parent, and what it has to call the plugin.
#pragma once

#include "base/sanitized.h"
#include "kit/bench.h"
#include "kit/child.h"
#include "kit/rules.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace aiproject {

// Of the plain question, asked first; what later scenarios go by.
struct PlainAnswer {
    bool isThere = false;  // the call came back
    std::string status;    // "ok"
    std::string reason;    // why it is not
    std::uint64_t pieces = 0;
    std::int64_t ms = 0;
    bool isOk() const { return status == "ok"; }
    // Its time was over: scenarios that wait for whole answers would take minutes.
    bool isEndless() const { return status == "timed_out"; }
};

// What is told, a line: the word, and two fields.
struct SceneLine {
    std::string word, first, second;

    std::string joined() const;
    static SceneLine in(const std::string& line);
};

class Scene {
public:
    Scene(const PluginToTry& plugin, const Asked& asked, const PlainAnswer& plain, Reporter& reporter)
        : plugin(plugin), asked(asked), plain(plain), reporter_(reporter) {}

    const PluginToTry& plugin;
    const Asked& asked;
    const PlainAnswer& plain;

    // From here on what goes wrong breaks this rule; `context`: "with a text of 1 MB", may be empty.
    void under(const char* rule, const std::string& context = {});
    void doing(const char* function);  // of the plugin
    void broken(const char* rule, const std::string& how);
    void notTried(const char* rule, const std::string& why);
    void tell(const SceneLine& line) { reporter_.tell(line.joined()); }

    std::unique_ptr<Bench> bench();
    // What the host has against a call; a rule of its own where there is one, else that of under().
    void judge(const TriedResult& result);

private:
    Reporter& reporter_;
    const char* rule_ = rule::kAnswer;
    std::string context_;
};

// A client that counts what it gets.
class CountingClient : public TriedClient {
public:
    explicit CountingClient(Scene* scene) : scene_(scene) {}

    void text(std::string_view /*piece*/) override { ++pieces; }
    void thought(std::string_view /*piece*/) override { ++pieces; }
    void toolCall(const ToolPiece& /*piece*/) override { ++pieces; }
    void bytes(std::string_view /*piece*/) override { ++pieces; }
    void doing(const char* function) override {
        if (scene_) scene_->doing(function);
    }

    std::atomic<std::uint64_t> pieces{0};

private:
    Scene* const scene_;  // none: nobody is told what runs
};

// For a scenario, beside the time of its plain calls.
constexpr std::chrono::seconds kPatience{kIsSanitized ? 240 : 60};

std::int64_t msSince(std::chrono::steady_clock::time_point begin);

// As a call that must end soon may take, with a busy machine in mind.
std::chrono::milliseconds soon(const TryLimits& limits);

// scenes_*.cpp
void playDescriptor(Scene& scene);
void playLife(Scene& scene);
void playSettings(Scene& scene);
void playAnswer(Scene& scene);
void playInputs(Scene& scene);
void playSlowClient(Scene& scene);
void playClientLeaves(Scene& scene);
void playStop(Scene& scene);
void playTimeouts(Scene& scene);
void playThreads(Scene& scene);
void playLeaks(Scene& scene);
void playLeaksOfEnded(Scene& scene);
void playProcess(Scene& scene);
void playExit(Scene& scene);

}  // namespace aiproject
