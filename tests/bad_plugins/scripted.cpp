// A good plugin that does what its setting `script` says: steps with '|' between them, each a word
// and what belongs to it.
//
//   delta TEXT   frame JSON   held JSON   last JSON   the answer; ends with `stopped` when nobody takes more
//   say WHAT                                a delta of a part of the request, see partOf()
//   usage TOTAL  sid ID  explain TEXT  advise TEXT
//   await FILE                              goes on once the file exists, or when the host wishes to stop
//   hang MS                                 blocks on a socket under guard(MS) until the host shuts it down
//   status NAME                             ends with this status; at the end of the script: ok
//   fails N NAME                            the same in the first N calls of this model
#include "aiproject/edge.h"
#include "aiproject/imodel.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace aiproject;

struct Step {
    std::string word, rest;
};

std::vector<Step> stepsOf(std::string_view script) {
    std::vector<Step> steps;
    while (!script.empty()) {
        const std::string_view step = script.substr(0, script.find('|'));
        script.remove_prefix(std::min(step.size() + 1, script.size()));
        const std::size_t space = std::min(step.find(' '), step.size());
        steps.push_back(
            {std::string(step.substr(0, space)), std::string(step.substr(std::min(space + 1, step.size())))});
    }
    return steps;
}

ModelStatus statusNamed(const std::string& name) {
    static const std::array<std::pair<const char*, ModelStatus>, 11> kNames{
        {{"ok", ModelStatus::ok},
         {"stopped", ModelStatus::stopped},
         {"badInput", ModelStatus::badInput},
         {"inputTooLarge", ModelStatus::inputTooLarge},
         {"contentRefused", ModelStatus::contentRefused},
         {"busy", ModelStatus::busy},
         {"quotaSpent", ModelStatus::quotaSpent},
         {"misconfigured", ModelStatus::misconfigured},
         {"timedOut", ModelStatus::timedOut},
         {"unavailable", ModelStatus::unavailable},
         {"failed", ModelStatus::failed}}};
    for (const auto& [known, status] : kNames)
        if (name == known) return status;
    return ModelStatus(std::stoi(name));
}

std::string copied(Text text) { return std::string(std::string_view(text)); }

std::string partOf(const ModelRequest& request, const std::string& what) {
    if (what == "kind") return std::to_string(std::uint32_t(request.kind));
    if (what == "dialog") return copied(request.dialog);
    if (what == "turns") return std::to_string(request.turnCount);
    if (what == "size") return std::to_string(request.media.size);
    if (what == "format") return copied(request.format);
    if (what == "rate") return std::to_string(request.sampleRate);
    if (what == "user") return copied(request.user);
    if (what == "request") return copied(request.requestId);
    if (what == "total") return std::to_string(request.timeouts.totalMs);
    throw std::invalid_argument("nothing to say about " + what);
}

class Scripted final : public IModel {
public:
    explicit Scripted(std::string_view script) : steps_(stepsOf(script)) {}

    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        return atEdge(reply, [&] {
            const int call = ++calls_;
            for (const Step& step : steps_) {
                if (step.word == "fails" && call <= std::stoi(step.rest))
                    return statusNamed(step.rest.substr(step.rest.find(' ') + 1));
                if (const auto status = play(step, request, reply)) return *status;
            }
            return ModelStatus::ok;
        });
    }
    void destroy() noexcept override { delete this; }

private:
    static std::optional<ModelStatus> play(const Step& step, const ModelRequest& request, IReply& reply) {
        const std::string_view rest = step.rest;
        if (step.word == "status") return statusNamed(step.rest);
        if (step.word == "delta") return unless(reply.delta(rest));
        if (step.word == "say") return unless(reply.delta(std::string_view(partOf(request, step.rest))));
        if (step.word == "frame") return unless(reply.frame(rest));
        if (step.word == "held") return unless(reply.heldFrame(rest));
        if (step.word == "last") return unless(reply.lastFrame(rest));
        if (step.word == "await") await(reply, step.rest);
        if (step.word == "hang") hang(reply, std::uint32_t(std::stoul(step.rest)));
        if (step.word == "usage") reply.usage({0, 0, 0, std::stoll(step.rest)});
        if (step.word == "sid") reply.upstreamId(rest);
        if (step.word == "explain") reply.explain(rest);
        if (step.word == "advise") reply.advise(rest);
        return std::nullopt;
    }

    static std::optional<ModelStatus> unless(bool taken) {
        return taken ? std::nullopt : std::optional(ModelStatus::stopped);
    }

    static void await(IReply& reply, const std::string& file) {
        while (reply.stop() == Stop::none && access(file.c_str(), F_OK) != 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }

    static void hang(IReply& reply, std::uint32_t milliseconds) {
        std::array<int, 2> pair{};
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0)
            throw std::runtime_error("socketpair");
        reply.guard(pair[0], milliseconds);
        char byte = 0;
        while (recv(pair[0], &byte, 1, 0) > 0) continue;
        reply.guard(-1, 0);
        close(pair[0]);
        close(pair[1]);
    }

    const std::vector<Step> steps_;
    std::atomic<int> calls_{0};
};

constexpr Setting kSettings[] = {
    {"script", SettingType::text, "", "", 0, 0, "", Secrecy::open, "what to do"},
};

IModel* create(const ISettings& settings) noexcept {
    return createAtEdge(settings, "script",
                        [&] { return std::make_unique<Scripted>(settings.text("script")).release(); });
}

constexpr ModelPlugin kPlugin = {
    kContractMajor,
    kContractMinor,
    "1.0",
    "does what its setting says",
    std::uint32_t(Kind::text) | std::uint32_t(Kind::voice) | std::uint32_t(Kind::picture),
    kSettings,
    std::size(kSettings),
    &create,
};

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
