// A model plugin as the host runs it: loaded from its built .so, its settings checked, its calls
// watched by the host's own thread, its answers followed to their end.
#pragma once

#include "host/plugin_library.h"
#include "host/plugin_settings.h"
#include "support/hosted_call.h"
#include "support/places.h"

#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace aiproject::test {

constexpr Timeouts kPatientTimeouts{20'000, 20'000, 20'000, 60'000};

// What a request borrows.
class Question {
public:
    static Question text(std::vector<std::pair<std::string, std::string>> turns) {
        Question question(Kind::text);
        question.turns_ = std::move(turns);
        return question;
    }
    static Question voice(std::string pcm, std::uint32_t sampleRate = 16000) {
        Question question(Kind::voice);
        question.media_ = std::move(pcm);
        question.format_ = "audio/L16;rate=" + std::to_string(sampleRate);
        question.sampleRate_ = sampleRate;
        return question;
    }
    static Question picture(std::string jpeg) {
        Question question(Kind::picture);
        question.media_ = std::move(jpeg);
        question.format_ = "image/jpeg";
        return question;
    }

    static Question speech(std::string input, std::string format, std::string voice = {}, double speed = 0,
                           std::string prompt = {}) {
        Question question(Kind::speech);
        question.input_ = std::move(input);
        question.format_ = std::move(format);
        question.voice_ = std::move(voice);
        question.speed_ = speed;
        question.prompt_ = std::move(prompt);
        return question;
    }

    Sampling sampling;  // nothing is set

    // Runs `use(request)`; the request lives no longer.
    template <class Use>
    auto with(const Timeouts& timeouts, Use&& use) const {
        std::vector<Turn> turns;
        for (const auto& [role, content] : turns_) {
            Turn turn;
            turn.role = role;
            turn.content = content;
            turns.push_back(turn);
        }
        ModelRequest request;
        request.kind = kind_;
        request.turns = {turns.data(), turns.size()};
        request.sampling = &sampling;
        request.media = media_;
        request.format = format_;
        request.sampleRate = sampleRate_;
        const Text input = input_;
        if (kind_ == Kind::speech) request.inputs = {&input, 1};
        request.voice = voice_;
        request.prompt = prompt_;
        if (speed_ > 0) request.speed = {speed_, 1};
        request.user = "user-1";
        request.requestId = "request-1";
        request.timeouts = timeouts;
        return use(request);
    }

private:
    explicit Question(Kind kind) : kind_(kind) {}

    Kind kind_;
    std::vector<std::pair<std::string, std::string>> turns_;
    std::string media_, format_, input_, voice_, prompt_;
    std::uint32_t sampleRate_ = 0;
    double speed_ = 0;  // 0: not set
};

class PluginUnderTest {
public:
    PluginUnderTest(const std::string& name, const std::map<std::string, std::string>& written)
        : library_(pluginFolder() + "/" + name + ".so"),
          settings_(library_.descriptor(), "model." + name, written),
          model_(settings_.usable() ? library_.descriptor().create(settings_) : nullptr) {
        if (model_) model_->start();
    }
    ~PluginUnderTest() {
        if (model_) model_->destroy();
    }
    PluginUnderTest(const PluginUnderTest&) = delete;
    PluginUnderTest& operator=(const PluginUnderTest&) = delete;

    bool isUsable() const { return model_ != nullptr; }
    std::string findings() const {
        std::string all;
        for (const auto& finding : settings_.findings()) all += finding.text + "\n";
        return all;
    }

    // To the end of the answer, followed or not.
    void generate(const Question& question, const Timeouts& timeouts, HostedCall& host) {
        if (!model_) throw std::runtime_error("no model: " + findings());
        question.with(timeouts, [&](ModelRequest& request) { host.run(*model_, request); });
    }
    Outcome ask(const Question& question, const Timeouts& timeouts = kPatientTimeouts) {
        HostedCall host(watch, timeouts);
        generate(question, timeouts, host);
        return host.outcome;
    }

    EventLoop loop;
    CallWatch watch{loop};

private:
    PluginLibrary library_;
    PluginSettings settings_;
    IModel* model_;
};

// A call in a thread of its own, so that the test can be the client meanwhile.
class CallInProgress {
public:
    CallInProgress(PluginUnderTest& plugin, const Question& question, const Timeouts& timeouts = kPatientTimeouts)
        : host(plugin.watch, timeouts),
          thread_([this, &plugin, question, timeouts] { plugin.generate(question, timeouts, host); }) {}
    ~CallInProgress() {
        if (thread_.joinable()) thread_.join();
    }
    CallInProgress(const CallInProgress&) = delete;
    CallInProgress& operator=(const CallInProgress&) = delete;

    const Outcome& finished() {
        if (thread_.joinable()) thread_.join();
        return host.outcome;
    }

    HostedCall host;

private:
    std::thread thread_;
};

}  // namespace aiproject::test
