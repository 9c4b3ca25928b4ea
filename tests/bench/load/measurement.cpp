#include "bench/load/measurement.h"

#include "bench/common/process.h"

#include <Poco/JSON/Object.h>

#include <cmath>
#include <initializer_list>
#include <sstream>
#include <utility>

namespace aiproject::bench {
namespace {

using Poco::JSON::Object;

constexpr std::size_t kMostReasons = 20;

double microseconds(std::chrono::nanoseconds value) { return std::round(double(value.count()) / 100) / 10; }

Object::Ptr percentiles(const Histogram& histogram, std::initializer_list<std::pair<const char*, double>> shares) {
    Object::Ptr object = new Object(Poco::JSON_PRESERVE_KEY_ORDER);
    for (const auto& [name, share] : shares) object->set(name, microseconds(histogram.percentile(share)));
    return object;
}

}  // namespace

void Measurement::beginSteady() {
    window_ = Window::steady;
    began_ = Clock::now();
    cpu_ = cpuTime();
}

void Measurement::endSteady() {
    window_ = Window::after;
    duration_ = Clock::now() - began_;
    cpu_ = cpuTime() - cpu_;
}

void Measurement::frame(std::chrono::nanoseconds age) {
    if (window_ == Window::steady) ages_.add(age);
}

void Measurement::firstFrame(TimePoint sentRequest, TimePoint arrived) {
    firstFrames_.add(arrived - sentRequest);
    if (window_ == Window::steady && sentRequest >= began_) steadyFirstFrames_.add(arrived - sentRequest);
}

void Measurement::answer(std::chrono::nanoseconds sinceOpening) { answers_.add(sinceOpening); }

void Measurement::streamEnded() {
    if (window_ == Window::steady) ++streamsEnded_;
}

void Measurement::failure(const std::string& reason) {
    ++failures_;
    const bool isKnown = reasons_.count(reason) != 0 || reasons_.size() < kMostReasons;
    ++reasons_[isKnown ? reason : "other reasons"];
}

std::string Measurement::report(std::size_t streams) const {
    Object::Ptr reasons = new Object;
    for (const auto& [reason, count] : reasons_) reasons->set(reason, count);
    Object::Ptr ages = percentiles(ages_, {{"p50", 0.5}, {"p99", 0.99}, {"p999", 0.999}});
    ages->set("max", microseconds(ages_.max()));
    Object all(Poco::JSON_PRESERVE_KEY_ORDER);
    all.set("streams", std::uint64_t(streams));
    all.set("seconds", std::chrono::duration<double>(duration_).count());
    all.set("frames", ages_.count());
    all.set("streams_ended", streamsEnded_);
    all.set("failures", failures_);
    all.set("reasons", reasons);
    all.set("added_us", ages);
    const Histogram& firstFrames = steadyFirstFrames_.count() != 0 ? steadyFirstFrames_ : firstFrames_;
    all.set("first_frame_us", percentiles(firstFrames, {{"p50", 0.5}, {"p99", 0.99}}));
    if (answers_.count() != 0) {
        Object::Ptr answers = percentiles(answers_, {{"p50", 0.5}, {"p99", 0.99}});
        answers->set("max", microseconds(answers_.max()));
        all.set("answer_us", answers);
    }
    all.set("cpu_us", std::int64_t(cpu_.count()));
    std::ostringstream text;
    all.stringify(text);
    return text.str();
}

}  // namespace aiproject::bench
