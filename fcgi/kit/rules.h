// The rules of the plugin contract that `aiproject try --conform` looks at, each with the sentence of
// aiproject/imodel.h that it stands for. A test finds each sentence there.
#pragma once

#include <array>
#include <string_view>

namespace aiproject {

struct Rule {
    const char* name;
    const char* sentence;
};

namespace rule {
constexpr const char* kDescriptor = "descriptor";
constexpr const char* kCreate = "create";
constexpr const char* kStart = "start";
constexpr const char* kDestroy = "destroy";
constexpr const char* kSettings = "settings";
constexpr const char* kAnswer = "answer";
constexpr const char* kText = "text";
constexpr const char* kStatus = "status";
constexpr const char* kExceptions = "exceptions";
constexpr const char* kReply = "reply";
constexpr const char* kStream = "stream";
constexpr const char* kAdvance = "advance";
constexpr const char* kInputs = "inputs";
constexpr const char* kSlowClient = "slow-client";
constexpr const char* kClientLeaves = "client-leaves";
constexpr const char* kStop = "stop";
constexpr const char* kTimeouts = "time-outs";
constexpr const char* kThreads = "threads";
constexpr const char* kMemory = "memory";
constexpr const char* kLeftThreads = "left-threads";
constexpr const char* kDescriptors = "descriptors";
constexpr const char* kProcess = "process";
constexpr const char* kSignals = "signals";
constexpr const char* kOutput = "output";
constexpr const char* kExit = "exit";
}  // namespace rule

// In the order in which they are printed.
constexpr std::array<Rule, 25> kRules{
    {{rule::kDescriptor, "The descriptor ModelPlugin and all it points at stay valid as long as the process"},
     {rule::kCreate, "nullptr: reject() said why"},
     {rule::kStart, "It must return at once: until then the worker serves nobody"},
     {rule::kDestroy, "Models and streams are released with destroy(), never with delete"},
     {rule::kSettings, "why no model can be made of these values. Name the setting that must change"},
     {rule::kAnswer, "A failure is a ModelStatus and one explain()"},
     {rule::kText, "All text is UTF-8"},
     {rule::kStatus, "The host turns it into the code of the client's dialect. Unknown: failed"},
     {rule::kExceptions, "Nothing may throw across this header"},
     {rule::kReply, "used from elsewhere, or later, it takes nothing, and the call has failed"},
     {rule::kStream, "The same as long as the stream lives, and open until destroy(). No other stream's"},
     {rule::kAdvance, "Reads at most once and hands on what came. Must not block"},
     {rule::kInputs, "this model cannot take such input; advise() says why"},
     {rule::kSlowClient, "While the host itself blocks, the time stands still"},
     {rule::kClientLeaves, "say false when nobody takes more: then return ModelStatus::stopped"},
     {rule::kStop, "A generate() that goes on long after the host wished its end costs its worker"},
     {rule::kTimeouts, "Blocks until the answer is complete, has failed, or the host stops it"},
     {rule::kThreads, "generate() is called from many threads at once, on stacks of 256 KiB"},
     {rule::kMemory, "It keeps no memory, thread or descriptor of a call that is over"},
     {rule::kLeftThreads, "what start() began ends in destroy()"},
     {rule::kDescriptors, "It keeps no memory, thread or descriptor of a call that is over"},
     {rule::kProcess,
      "leaves its working directory, umask, locale, environment, limits, priority, alarm and signal handlers as they "
      "are, closes no descriptor that it has not opened"},
     {rule::kSignals, "Signals are the worker's"},
     {rule::kOutput, "writes nothing to standard output or standard error, and leaves no process behind"},
     {rule::kExit, "as long as the process (a plugin is never unloaded)"}}};

}  // namespace aiproject
