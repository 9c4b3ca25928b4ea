#include "bench/driver/load_run.h"

#include "bench/driver/interruption.h"
#include "support/places.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <vector>

namespace aiproject::bench {
namespace {

using Poco::JSON::Object;
constexpr int kGraceSeconds = 120;  // for what a loaded machine does late

test::Command commandOf(const LoadPlan& plan, const std::string& output) {
    test::Command command{test::buildFolder() + "/tests/bench/bench_load",
                          {"--target", plan.target, "--body", plan.bodyFile, "--streams", std::to_string(plan.streams),
                           "--frames", std::to_string(plan.frames), "--gap-us", std::to_string(plan.gapUs), "--bytes",
                           std::to_string(plan.bytes), "--seconds", std::to_string(plan.seconds)}};
    const auto add = [&](const char* option, int value) {
        if (value > 0) command.arguments.insert(command.arguments.end(), {option, std::to_string(value)});
    };
    add("--wait-ms", plan.waitMs);
    add("--ramp-per-s", plan.rampPerSecond);
    add("--burst-per-s", plan.burstPerSecond);
    add("--read-bytes-per-s", plan.readBytesPerSecond);
    if (!plan.header.empty()) command.arguments.insert(command.arguments.end(), {"--header", plan.header});
    command.output = output;
    return command;
}

Object::Ptr partOf(const Object& object, const std::string& name) {
    auto part = object.getObject(name);
    if (!part) throw std::runtime_error("bench_load: its result has no \"" + name + "\"");
    return part;
}

Times timesOf(const Object& object) {
    return {object.getValue<double>("p50"), object.getValue<double>("p99"), object.optValue<double>("p999", 0),
            object.optValue<double>("max", 0)};
}

bool hasLine(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

LoadResult loadResultOf(const std::string& json) try {
    const auto object = Poco::JSON::Parser().parse(json).extract<Object::Ptr>();
    LoadResult result;
    result.seconds = object->getValue<double>("seconds");
    result.frames = object->getValue<std::int64_t>("frames");
    result.streamsEnded = object->getValue<std::int64_t>("streams_ended");
    result.failures = object->getValue<std::int64_t>("failures");
    for (const auto& [reason, count] : *partOf(*object, "reasons")) result.reasons[reason] = count;
    result.added = timesOf(*partOf(*object, "added_us"));
    result.firstFrame = timesOf(*partOf(*object, "first_frame_us"));
    if (object->has("answer_us")) result.answer = timesOf(*partOf(*object, "answer_us"));
    result.cpuUs = object->getValue<double>("cpu_us");
    return result;
} catch (const Poco::Exception& e) {
    throw std::runtime_error("bench_load: its result cannot be read (" + e.displayText() + "): " + json);
}

LoadRun::LoadRun(const LoadPlan& plan) : plan_(plan), process_(commandOf(plan, folder_.file("output"))) {}

std::string LoadRun::output() const { return test::readFile(folder_.file("output")); }

void LoadRun::awaitLine(const std::string& line, int seconds) {
    const auto hasCome = [&] { return hasLine(output(), line); };
    await("\"" + line + "\" of bench_load --target " + plan_.target, std::chrono::seconds(seconds + kGraceSeconds),
          [&] { return hasCome() || !process_.isRunning(); });
    if (!hasCome()) throw std::runtime_error("bench_load --target " + plan_.target + " ended early: " + output());
}

void LoadRun::awaitSteady() { awaitLine("steady", plan_.streams / std::max(1, plan_.rampPerSecond)); }

bool LoadRun::isSteady() const { return hasLine(output(), "steady"); }

void LoadRun::awaitOver() { awaitLine("over", plan_.seconds); }

LoadResult LoadRun::result() {
    if (plan_.isCut) {
        awaitOver();
        process_.signal(SIGTERM);
    }
    const auto stream = std::chrono::microseconds(plan_.isCut ? 0 : std::int64_t(plan_.frames) * plan_.gapUs) +
                        std::chrono::milliseconds(plan_.waitMs);
    await("the end of bench_load",
          std::chrono::seconds(kGraceSeconds) + std::chrono::ceil<std::chrono::seconds>(stream),
          [&] { return !process_.isRunning(); });
    const std::string said = output();
    const auto begin = said.find("\n{");
    if (process_.wait() != 0 || begin == std::string::npos) throw std::runtime_error("bench_load failed: " + said);
    return loadResultOf(said.substr(begin + 1, said.find('\n', begin + 1) - begin - 1));
}

}  // namespace aiproject::bench
