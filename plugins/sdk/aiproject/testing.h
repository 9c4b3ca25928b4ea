// For the unit tests of a plugin: the host's side of the contract without a host. Header-only; needs the standard
// library and POSIX; throws nothing of its own.
//
//   testing::Model echo(*aiprojectModelPlugin(), {{"prefix", "so: "}});   // settings as in the configuration file
//   testing::Reply reply;
//   assert(echo.ask(testing::Question::text("hello"), reply) == ModelStatus::ok);
//   assert(reply.content() == "so: hello");
//
// A Reply keeps all that the plugin says. It can be a client that leaves (refuseFrom(), end()), shuts a guarded
// descriptor down as the host does, and ask() follows a stream to its end, within the request's times. A model whose
// create() rejects a value is none here, even where create() returns one: for the host it is an error.
//
// THREADS  As in the contract, but for Reply::end(), which any thread may call.
#pragma once

#include "aiproject/detail/testing_guard.h"
#include "aiproject/detail/testing_question.h"
#include "aiproject/detail/testing_settings.h"
#include "aiproject/imodel.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aiproject::testing {

struct ToolCallSaid {
    std::uint32_t index = 0;
    std::string id, name, arguments;
};
struct FrameSaid {
    std::string dialect, message;
};
struct SpokenSaid {
    double begin = 0, end = 0;
    std::string text, language;
};

// Its functions may be overridden by a test that looks at each piece as it comes.
class Reply : public IReply {
public:
    Reply() = default;
    Reply(Reply&&) = default;
    Reply& operator=(Reply&&) = default;
    virtual ~Reply() = default;

    std::vector<std::string> texts, thoughts, audio;  // one for each piece
    std::vector<ToolCallSaid> toolCalls;              // their pieces put together
    std::vector<std::vector<float>> vectors;
    std::vector<FrameSaid> frames;
    std::vector<SpokenSaid> parts;
    std::optional<Usage> told;  // by usage()
    std::optional<Finish> finished;
    std::string id, advice;            // upstreamId(), advise()
    std::vector<std::string> reasons;  // explain()
    std::uint32_t retryMs = 0;
    std::vector<Stage> stages;
    std::string streamPeer;  // follow()
    // What frame() answers; without it: Seen::passed.
    std::function<Seen(std::string_view dialect, std::string_view message)> look;

    std::string content() const { return together(texts); }
    std::string thought() const { return together(thoughts); }
    std::string sound() const { return together(audio); }
    std::string explanation() const { return together(reasons, "; "); }

    // From this piece on, counted from 1, nobody takes more: the client has left.
    void refuseFrom(std::size_t piece) noexcept { lastPiece_ = piece - 1; }
    // The host wishes the end, as stop() will say, and shuts a guarded descriptor down. From any thread.
    void end(Stop reason) noexcept { guard_->end(reason); }

    bool text(Text piece) noexcept override { return takes() && add(texts, piece); }
    bool thought(Text piece) noexcept override { return takes() && add(thoughts, piece); }
    bool bytes(Text piece) noexcept override { return takes() && add(audio, piece); }
    bool toolCall(const ToolPiece& piece) noexcept override {
        if (!takes()) return false;
        const auto isIt = [&](const ToolCallSaid& said) { return said.index == piece.index; };
        auto said = std::find_if(toolCalls.begin(), toolCalls.end(), isIt);
        if (said == toolCalls.end()) said = toolCalls.insert(said, {piece.index, {}, {}, {}});
        said->id += piece.id;
        said->name += piece.name;
        said->arguments += piece.arguments;
        return true;
    }
    bool vector(const float* values, std::uint64_t count) noexcept override {
        if (takes()) vectors.emplace_back(values, values + count);
        return !isOver();
    }
    Seen frame(Text dialect, Text message) noexcept override {
        if (!takes()) return Seen::over;
        frames.push_back({dialect.str(), message.str()});
        return look ? look(dialect, message) : Seen::passed;
    }
    void finish(Finish reason) noexcept override { finished = reason; }
    void usage(const Usage& usage) noexcept override { told = usage; }
    void spoken(const Spoken& part) noexcept override {
        parts.push_back({part.begin, part.end, part.text.str(), part.language.str()});
    }
    void upstreamId(Text text) noexcept override { id = text.str(); }
    void explain(Text reason) noexcept override { reasons.push_back(reason.str()); }
    void advise(Text sentence) noexcept override { advice = sentence.str(); }
    void retryAfter(std::uint32_t ms) noexcept override { retryMs = ms; }
    ModelStatus follow(IStream& stream, Text peer) noexcept override {
        const auto isIt = [&](const auto& given) { return given.get() == &stream; };
        if (std::none_of(streams_.begin(), streams_.end(), isIt)) streams_.emplace_back(&stream);
        streamPeer = peer.str();
        return ModelStatus::streaming;
    }
    void guard(int descriptor, std::uint32_t ms) noexcept override { guard_->watch(descriptor, ms); }
    Stop stop() noexcept override { return guard_->stop(); }
    Stop wait(std::uint32_t ms) noexcept override { return guard_->wait(ms); }
    void enter(Stage stage) noexcept override {
        if (stages.empty() || stages.back() != stage) stages.push_back(stage);
    }

    // Before generate(): from here on the call's whole time counts, as stop(), wait() and a guarded descriptor will
    // tell.
    void begin(const Timeouts& timeouts) { guard_->begin(timeouts.totalMs); }
    // As the host follows a stream: advance() when its descriptor is ready, until it is over, the end is wished, or
    // the request's times are over. What generate() answered goes in, what the call ended with comes out.
    ModelStatus followed(ModelStatus generated, const Timeouts& timeouts) {
        const ModelStatus status = ended(generated, timeouts);
        streams_.clear();
        guard_->finish();
        return status;
    }

private:
    using Clock = std::chrono::steady_clock;
    struct Ending {
        void operator()(IStream* stream) const noexcept { stream->destroy(); }
    };

    static std::string together(const std::vector<std::string>& pieces, std::string_view between = {}) {
        std::string all;
        for (const std::string& piece : pieces) (all += all.empty() ? std::string_view() : between) += piece;
        return all;
    }
    static bool add(std::vector<std::string>& to, Text piece) {
        to.push_back(piece.str());
        return true;
    }
    bool isOver() const noexcept { return pieces_ > lastPiece_ || guard_->stop() != Stop::none; }
    bool takes() noexcept {
        if (guard_->stop() == Stop::none && ++pieces_ > lastPiece_) guard_->end(Stop::clientLeft);
        return !isOver();
    }
    ModelStatus broke(std::string_view rule) {
        explain(rule);
        return ModelStatus::failed;
    }
    static bool isReady(int descriptor, Next next, std::uint32_t ms) {
        pollfd awaited{descriptor, short(next == Next::writable ? POLLOUT : POLLIN), 0};
        return ::poll(&awaited, 1, static_cast<int>(ms)) != 0;
    }
    ModelStatus ended(ModelStatus generated, const Timeouts& timeouts) {
        if (streams_.size() > 1) return broke("follow() was called with more than one stream");
        if (generated != ModelStatus::streaming)
            return streams_.empty() ? reasoned(generated)
                                    : broke("follow() was called, and generate() did not answer what it answered");
        if (streams_.empty()) return broke("generate() answered streaming without follow()");
        if (!guard_->hasBegun()) begin(timeouts);
        const ModelStatus status = drive(*streams_.front(), timeouts);
        return status == ModelStatus::streaming ? broke("the stream's status() answered streaming") : reasoned(status);
    }
    // Why the host wished the end counts more than how the plugin took it, unless the answer was complete.
    ModelStatus reasoned(ModelStatus status) const noexcept {
        const Stop why = guard_->stop();
        if (status == ModelStatus::ok || why == Stop::none) return status;
        return why == Stop::guardExpired || why == Stop::totalExpired ? ModelStatus::timedOut : ModelStatus::stopped;
    }
    ModelStatus drive(IStream& stream, const Timeouts& timeouts) {
        const auto after = [](std::uint32_t ms) { return Clock::now() + std::chrono::milliseconds(ms); };
        Clock::time_point until = after(timeouts.firstFrameMs);
        for (int fruitless = 0;;) {
            const std::size_t before = pieces_;
            const Step step = stream.advance(*this);
            if (streams_.size() > 1) return broke("follow() was called with another stream in advance()");
            if (step.next != Next::readable && step.next != Next::writable && step.next != Next::again)
                return stream.status();
            fruitless = pieces_ == before ? fruitless + 1 : 0;
            if (fruitless == kMostFruitless) return broke("the stream was read again and again, and handed nothing on");
            if (fruitless == 0) until = after(timeouts.idleFrameMs);
            const Clock::time_point due = step.ms == 0 ? Clock::time_point::max() : after(step.ms);
            bool isDue = false;
            do {
                if (stop() == Stop::none && Clock::now() >= until) end(Stop::guardExpired);
                if (stop() != Stop::none) return ModelStatus::stopped;
                isDue =
                    step.next == Next::again || isReady(stream.descriptor(), step.next, kLookMs) || Clock::now() >= due;
            } while (!isDue);
        }
    }

    static constexpr std::uint32_t kLookMs = 5;    // how often the time and end() are looked at
    static constexpr int kMostFruitless = 50'000;  // the host's limit

    std::size_t pieces_ = 0, lastPiece_ = std::numeric_limits<std::size_t>::max() - 1;
    std::vector<std::unique_ptr<IStream, Ending>> streams_;  // by follow(); one, if the rules are kept
    std::unique_ptr<detail::Guard> guard_ = std::make_unique<detail::Guard>();
};

// A model as the host makes it: settings, create(), start(); destroy() at its end.
class Model {
public:
    explicit Model(const ModelPlugin& plugin, const std::map<std::string, std::string>& written = {})
        : settings_(plugin, written) {
        if (!settings_.isUsable()) return;
        model_.reset(plugin.create(settings_));
        if (!model_ && settings_.isUsable()) settings_.reject("create()", "failed and gave no reason");
        if (settings_.kinds() == 0) settings_.reject("create()", "leaves the model no kind that its plugin has");
        if (!settings_.isUsable()) model_.reset();
        if (model_) model_->start();
    }

    explicit operator bool() const noexcept { return model_ != nullptr; }
    IModel& operator*() const noexcept { return *model_; }
    // Why there is none, and what create() warned of.
    const Settings& settings() const noexcept { return settings_; }

    // One call, followed or not, to its end.
    ModelStatus ask(Question& question, Reply& reply) const {
        if (!model_) {
            reply.explain("there is no model: " + settings_.problems());
            return ModelStatus::failed;
        }
        const ModelRequest& request = question.complete();
        reply.begin(request.timeouts);
        return reply.followed(model_->generate(request, reply), request.timeouts);
    }
    ModelStatus ask(Question&& question, Reply& reply) const { return ask(question, reply); }

private:
    struct Ending {
        void operator()(IModel* model) const noexcept { model->destroy(); }
    };

    Settings settings_;
    std::unique_ptr<IModel, Ending> model_;
};

}  // namespace aiproject::testing
