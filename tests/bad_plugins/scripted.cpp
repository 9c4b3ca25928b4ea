// A good plugin that does what its setting `script` says: steps with '|' between them, each a word
// and what belongs to it.
//
//   delta TEXT  thought TEXT  frame JSON    the answer; ends with `stopped` when nobody takes more
//   chunk JSON                              a frame of OpenAI's
//   tool INDEX ID NAME ARGUMENTS            a piece of a tool call; "-" for an empty one
//   vector NUMBER                           an embedding of two numbers, this one and 1
//   spoken BEGIN END TEXT                  a part of a recording, with its seconds
//   past JSON                               a frame, and the script goes on whatever the host saw in it
//   bytes TEXT  sound WHAT                  of speech: these, or a part of the request
//   say WHAT                                a delta of a part of the request, see partOf()
//   usage TOTAL  finish NUMBER  sid ID  explain TEXT  advise TEXT  retry MS
//   await FILE                              goes on once the file exists, or when the host wishes to stop
//   stage NUMBER                            enters that Stage
//   doze MS                                 does not hear the host for so long
//   hang MS                                 blocks on a socket under guard(MS) until the host shuts it down
//   follow                                  what comes after it is followed: one step for each advance(), and `hang` is
//                                           an upstream that says nothing more
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

struct Line {
    std::string word, rest;
};
using Script = std::vector<Line>;

Script linesOf(std::string_view script) {
    Script lines;
    while (!script.empty()) {
        const std::string_view line = script.substr(0, script.find('|'));
        script.remove_prefix(std::min(line.size() + 1, script.size()));
        const std::size_t space = std::min(line.find(' '), line.size());
        lines.push_back(
            {std::string(line.substr(0, space)), std::string(line.substr(std::min(space + 1, line.size())))});
    }
    return lines;
}

ModelStatus statusNamed(const std::string& name) {
    static const std::array<std::pair<const char*, ModelStatus>, 12> kNames{
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
         {"failed", ModelStatus::failed},
         {"stale", ModelStatus::stale}}};
    for (const auto& [known, status] : kNames)
        if (name == known) return status;
    return ModelStatus(std::stoi(name));
}

std::string partOf(const ModelRequest& request, const std::string& what) {
    if (what == "kind") return std::to_string(std::uint32_t(request.kind));
    if (what == "body") return request.body.str();
    if (what == "dialect") return request.dialect.str();
    if (what == "turns") return std::to_string(request.turns.count);
    if (what.rfind("turn ", 0) == 0) {
        const Turn turn = request.turns[std::stoull(what.substr(5))];
        return turn.role.str() + ": " + turn.content.str();
    }
    if (what == "tools") return request.tools.str();
    if (what == "choice") return request.toolChoice.str();
    if (what == "answer to") return request.turns[request.turns.count - 1].toolCallId.str();
    if (what == "calls") return request.turns[request.turns.count - 2].toolCalls[0].arguments.str();
    if (what == "response format") return request.responseFormat.str();
    if (what == "most tokens") return std::to_string(request.sampling->maxTokens.value);
    if (what == "part") {
        const Part part = request.turns[0].parts[1];
        return part.format.str() + " " + part.bytes.str();
    }
    if (what == "input") return request.inputs[request.inputs.count - 1].str();
    if (what == "temperature") return std::to_string(request.sampling->temperature.value);
    if (what == "voice") return request.voice.str();
    if (what == "speed") return request.speed ? std::to_string(request.speed.value) : "none";
    if (what == "size") return std::to_string(request.media.size);
    if (what == "format") return request.format.str();
    if (what == "language") return request.language.str();
    if (what == "prompt") return request.prompt.str();
    if (what == "times") return std::to_string(request.wantsTimes);
    if (what == "rate") return std::to_string(request.sampleRate);
    if (what == "user") return request.user.str();
    if (what == "request") return request.requestId.str();
    if (what == "total") return std::to_string(request.timeouts.totalMs);
    if (what == "traceparent") return request.traceparent.str();
    if (what == "tracestate") return request.tracestate.str();
    if (what == "fresh") return std::to_string(request.freshConnection);
    throw std::invalid_argument("nothing to say about " + what);
}

std::optional<ModelStatus> unless(bool taken) { return taken ? std::nullopt : std::optional(ModelStatus::stopped); }

std::optional<ModelStatus> after(Seen seen) {
    switch (seen) {
        case Seen::last: return ModelStatus::ok;
        case Seen::error: return ModelStatus::failed;
        case Seen::over: return ModelStatus::stopped;
        default: return std::nullopt;
    }
}

// Into the words, which live on.
ToolPiece toolPieceIn(const std::string& words) {
    std::array<std::string_view, 4> parts;
    std::string_view rest = words;
    for (std::string_view& part : parts) {
        const std::size_t end = &part == &parts.back() ? rest.size() : std::min(rest.find(' '), rest.size());
        part = rest.substr(0, end) == "-" ? std::string_view() : rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    ToolPiece piece;
    piece.index = std::uint32_t(std::stoul(std::string(parts[0])));
    piece.id = parts[1];
    piece.name = parts[2];
    piece.arguments = parts[3];
    return piece;
}

// Into the words, which live on.
Spoken spokenIn(const std::string& words) {
    std::size_t begin = 0, end = 0;
    Spoken part;
    part.begin = std::stod(words, &begin);
    part.end = std::stod(words.substr(begin), &end);
    part.text = std::string_view(words).substr(std::min(begin + end + 1, words.size()));
    part.language = "en";
    return part;
}

// What is the same in generate() and in a stream. Nothing: the script goes on.
std::optional<ModelStatus> play(const Line& line, IReply& reply) {
    const Text rest = line.rest;
    if (line.word == "status") return statusNamed(line.rest);
    if (line.word == "delta") return unless(reply.text(rest));
    if (line.word == "bytes") return unless(reply.bytes(rest));
    if (line.word == "thought") return unless(reply.thought(rest));
    if (line.word == "frame") return after(reply.frame("spark", rest));
    if (line.word == "chunk") return after(reply.frame("openai", rest));
    if (line.word == "tool") return unless(reply.toolCall(toolPieceIn(line.rest)));
    if (line.word == "vector") return unless(reply.vector(std::array{std::stof(line.rest), 1.0F}.data(), 2));
    if (line.word == "spoken") reply.spoken(spokenIn(line.rest));
    if (line.word == "past") reply.frame("spark", rest);
    if (line.word == "doze") std::this_thread::sleep_for(std::chrono::milliseconds(std::stoul(line.rest)));
    if (line.word == "stage") reply.enter(Stage(std::stoi(line.rest)));
    if (line.word == "usage") {
        Usage usage;
        usage.total = std::stoll(line.rest);
        reply.usage(usage);
    }
    if (line.word == "finish") reply.finish(Finish(std::stoi(line.rest)));
    if (line.word == "sid") reply.upstreamId(rest);
    if (line.word == "explain") reply.explain(rest);
    if (line.word == "retry") reply.retryAfter(std::uint32_t(std::stoul(line.rest)));
    if (line.word == "advise") reply.advise(rest);
    return std::nullopt;
}

struct SocketPair {
    SocketPair() {
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
            throw std::runtime_error("socketpair");
    }
    ~SocketPair() {
        for (const int end : ends) close(end);
    }
    SocketPair(const SocketPair&) = delete;
    SocketPair& operator=(const SocketPair&) = delete;

    std::array<int, 2> ends{};
};

// Its descriptor is readable as long as there are lines to play.
class Followed final : public IStream {
public:
    explicit Followed(Script lines) : lines_(std::move(lines)) { mayGoOn(); }

    int descriptor() const noexcept override { return pair_.ends[0]; }
    Step advance(IReply& reply) noexcept override {
        Step step = Next::readable;
        status_ = atEdge(reply, [&] { return playNext(reply, step); });
        return status_ == ModelStatus::streaming ? step : Next::over;
    }
    ModelStatus status() const noexcept override { return status_; }
    void destroy() noexcept override { delete this; }

private:
    ModelStatus playNext(IReply& reply, Step& step) {
        if (played_ == lines_.size()) return ModelStatus::ok;
        const Line& line = lines_[played_];
        const bool waits = line.word == "hang" || (line.word == "await" && access(line.rest.c_str(), F_OK) != 0);
        char byte = 0;
        if (waits) {
            static_cast<void>(recv(pair_.ends[0], &byte, 1, MSG_DONTWAIT));
            step = {Next::readable, line.word == "await" ? 5U : 0U};
            return ModelStatus::streaming;
        }
        ++played_;
        mayGoOn();
        return play(line, reply).value_or(ModelStatus::streaming);
    }
    void mayGoOn() const { static_cast<void>(send(pair_.ends[1], "!", 1, MSG_DONTWAIT | MSG_NOSIGNAL)); }

    const Script lines_;
    std::size_t played_ = 0;
    SocketPair pair_;
    ModelStatus status_ = ModelStatus::streaming;
};

class Scripted final : public IModel {
public:
    explicit Scripted(std::string_view script) : lines_(linesOf(script)) {}

    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        return atEdge(reply, [&] {
            const Script lines = linesFor(request, ++calls_);
            for (std::size_t i = 0; i < lines.size(); ++i) {
                const Line& line = lines[i];
                if (line.word == "follow") {
                    const Script rest{lines.begin() + std::ptrdiff_t(i) + 1, lines.end()};
                    return reply.follow(*std::make_unique<Followed>(rest).release(), "a script");
                }
                if (line.word == "await") await(reply, line.rest);
                if (line.word == "hang") hang(reply, std::uint32_t(std::stoul(line.rest)));
                if (const auto status = play(line, reply)) return *status;
            }
            return ModelStatus::ok;
        });
    }
    void destroy() noexcept override { delete this; }

private:
    // What depends on the call is put in, since a stream has neither its request nor its number.
    Script linesFor(const ModelRequest& request, int call) const {
        Script lines;
        for (const Line& line : lines_) {
            if (line.word == "say")
                lines.push_back({"delta", partOf(request, line.rest)});
            else if (line.word == "sound")
                lines.push_back({"bytes", partOf(request, line.rest)});
            else if (line.word != "fails")
                lines.push_back(line);
            else if (call <= std::stoi(line.rest))
                lines.push_back({"status", line.rest.substr(line.rest.find(' ') + 1)});
        }
        return lines;
    }

    static void await(IReply& reply, const std::string& file) {
        while (reply.stop() == Stop::none && access(file.c_str(), F_OK) != 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }

    static void hang(IReply& reply, std::uint32_t milliseconds) {
        const SocketPair pair;
        reply.guard(pair.ends[0], milliseconds);
        char byte = 0;
        while (recv(pair.ends[0], &byte, 1, 0) > 0) continue;
        reply.guard(-1, 0);
    }

    const Script lines_;
    std::atomic<int> calls_{0};
};

constexpr Setting kSettings[] = {
    {"script", SettingType::text, "", "", 0, 0, "", Secrecy::open, "what to do"},
    {"abilities", SettingType::integer, "0", "", 0, 65535, "", Secrecy::open, "a mask of Ability"},
    {"kinds", SettingType::integer, "31", "", 1, 31, "", Secrecy::open, "a mask of Kind"},
};

IModel* create(const ISettings& settings) noexcept {
    return createAtEdge(settings, "script", [&] {
        settings.narrow(std::uint64_t(settings.integer("abilities")));
        settings.narrowKinds(std::uint32_t(settings.integer("kinds")));
        return std::make_unique<Scripted>(settings.text("script")).release();
    });
}

constexpr ModelPlugin kPlugin = {
    kContractMajor,
    kContractMinor,
    "1.0",
    "does what its setting says",
    std::uint32_t(Kind::text) | std::uint32_t(Kind::voice) | std::uint32_t(Kind::picture) |
        std::uint32_t(Kind::embedding) | std::uint32_t(Kind::speech),
    65535,
    {kSettings, std::size(kSettings)},
    &create,
};

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
