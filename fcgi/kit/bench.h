// In the child: a plugin set up to be called, as in a worker: opened, made, started, with the loop that watches calls.
#pragma once

#include "base/event_loop.h"
#include "call/call_watch.h"
#include "kit/tried_call.h"
#include "kit/tried_model.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace aiproject {

// What the user wants to be asked; nothing of it: something sensible.
struct Asked {
    std::optional<std::string> text, voice, picture, speech, embed;
};

// Throws Error or std::runtime_error where this model cannot be asked that.
TriedQuestion questionFor(const Asked& asked, const PluginSettings& settings);

// In a thread with the stack that the contract promises; throws what `work` throws.
void onPluginStack(const std::function<void()>& work);

class Bench {
public:
    // `doing` hears which function of the plugin is called now. Throws std::runtime_error: what the host refuses.
    using Doing = std::function<void(const char* function)>;
    Bench(const PluginToTry& plugin, const Asked& asked, const Doing& doing);

    TriedModel& model() noexcept { return *model_; }
    const TriedQuestion& question() const noexcept { return *question_; }
    const TryLimits& limits() const noexcept { return limits_; }
    CallWatch& watch() noexcept { return watch_; }
    const Doing& doing() const noexcept { return doing_; }
    void destroy();

    // One call on the calling thread. `whileRunning` gets it before it begins.
    TriedResult call(const TriedQuestion& question, const TryLimits& limits, TriedClient& client,
                     LateUse* late = nullptr, const std::function<void(TriedCall& call)>& whileRunning = {});

private:
    const Doing doing_;
    PluginLibrary library_;
    const TrySettings settings_;
    const TryLimits limits_;
    std::unique_ptr<TriedModel> model_;
    std::optional<TriedQuestion> question_;
    EventLoop loop_;
    CallWatch watch_{loop_};
};

}  // namespace aiproject
