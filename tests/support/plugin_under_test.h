// A model plugin as the host runs it: loaded from its built .so, its settings checked, its calls
// watched by the host's own thread, its client at the other end of a socket pair.
#pragma once

#include "call/call_watch.h"
#include "host/plugin_library.h"
#include "host/plugin_settings.h"
#include "support/places.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace aiproject::test {

constexpr Timeouts kPatientTimeouts{20'000, 20'000, 20'000, 60'000};

class ClientConnection {
public:
    ClientConnection() {
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data()) != 0)
            throw std::runtime_error("socketpair failed");
    }
    ~ClientConnection() {
        for (const int end : ends_) ::close(end);
    }
    ClientConnection(const ClientConnection&) = delete;
    ClientConnection& operator=(const ClientConnection&) = delete;

    int workersEnd() const { return ends_[0]; }
    void leave() const { ::shutdown(ends_[1], SHUT_RDWR); }

private:
    std::array<int, 2> ends_{};
};

struct Outcome {
    ModelStatus status = ModelStatus::failed;
    std::vector<std::string> frames;  // the last one included
    std::string lastFrame;            // empty: the plugin left it to the host
    std::string text;                 // of the deltas
    Usage usage;
    std::string upstreamId, explanation, advice;
};

// Records what a plugin delivers. All but leave(), delivered() and takeNoMore() belongs to the
// plugin's thread.
class RecordingReply final : public IReply {
public:
    RecordingReply(CallWatch& watch, const Timeouts& timeouts)
        : call_(watch, client_.workersEnd(), std::chrono::milliseconds(timeouts.totalMs)) {}

    void leave() const { client_.leave(); }
    int delivered() const { return delivered_; }  // frames and deltas
    void takeNoMore() { isFull_ = true; }

    Outcome outcome;

    bool frame(Text json) noexcept override {
        outcome.frames.emplace_back(std::string_view(json));
        return took();
    }
    bool heldFrame(Text json) noexcept override { return frame(json); }
    bool lastFrame(Text json) noexcept override {
        outcome.lastFrame = std::string_view(json);
        return frame(json);
    }
    bool delta(Text content) noexcept override {
        outcome.text += std::string_view(content);
        return took();
    }
    void usage(const Usage& usage) noexcept override { outcome.usage = usage; }
    void upstreamId(Text id) noexcept override { outcome.upstreamId = std::string_view(id); }
    void explain(Text reason) noexcept override { outcome.explanation = std::string_view(reason); }
    void advise(Text sentence) noexcept override { outcome.advice = std::string_view(sentence); }
    void guard(int descriptor, std::uint32_t ms) noexcept override {
        call_.guard(descriptor, std::chrono::milliseconds(ms));
    }
    Stop stop() noexcept override { return call_.stop(); }
    int clientDescriptor() const noexcept override { return call_.clientDescriptor(); }

private:
    bool took() {
        ++delivered_;
        return !isFull_ && call_.stop() == Stop::none;
    }

    ClientConnection client_;
    CallWatch::Call call_;
    std::atomic<int> delivered_{0};
    std::atomic<bool> isFull_{false};
};

// What a request borrows.
class Question {
public:
    static Question text(std::vector<std::pair<std::string, std::string>> turns, std::string dialogJson) {
        Question question(Kind::text);
        question.turns_ = std::move(turns);
        question.dialog_ = std::move(dialogJson);
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

    // Runs `use(request)`; the request lives no longer.
    template <class Use>
    auto with(const Timeouts& timeouts, Use&& use) const {
        std::vector<Turn> turns;
        for (const auto& [role, content] : turns_) turns.push_back({std::string_view(role), std::string_view(content)});
        ModelRequest request{kind_,
                             std::string_view(dialog_),
                             turns.data(),
                             turns.size(),
                             std::string_view(media_),
                             std::string_view(format_),
                             sampleRate_,
                             "user-1",
                             "request-1",
                             timeouts};
        return use(request);
    }

private:
    explicit Question(Kind kind) : kind_(kind) {}

    Kind kind_;
    std::vector<std::pair<std::string, std::string>> turns_;
    std::string dialog_, media_, format_;
    std::uint32_t sampleRate_ = 0;
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

    ModelStatus generate(const Question& question, const Timeouts& timeouts, RecordingReply& reply) {
        if (!model_) throw std::runtime_error("no model: " + findings());
        return question.with(timeouts, [&](const ModelRequest& request) { return model_->generate(request, reply); });
    }
    Outcome ask(const Question& question, const Timeouts& timeouts = kPatientTimeouts) {
        RecordingReply reply(watch, timeouts);
        reply.outcome.status = generate(question, timeouts, reply);
        return reply.outcome;
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
        : reply(plugin.watch, timeouts), thread_([this, &plugin, question, timeouts] {
              reply.outcome.status = plugin.generate(question, timeouts, reply);
          }) {}
    ~CallInProgress() {
        if (thread_.joinable()) thread_.join();
    }
    CallInProgress(const CallInProgress&) = delete;
    CallInProgress& operator=(const CallInProgress&) = delete;

    const Outcome& finished() {
        if (thread_.joinable()) thread_.join();
        return reply.outcome;
    }

    RecordingReply reply;

private:
    std::thread thread_;
};

}  // namespace aiproject::test
