#include "kit/tried_call.h"

#include "call/drive.h"
#include "call/outcome.h"
#include "kit/child.h"
#include "pool/crash_report.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>

namespace aiproject {
namespace {

using TryClock = std::chrono::steady_clock;

std::uint32_t ofPlugins(std::chrono::milliseconds duration) {
    return std::uint32_t(std::max<std::int64_t>(1, duration.count()));  // they never see 0
}

std::array<int, 2> newConnection() {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw std::runtime_error("a connection for the client: socketpair failed");
    return ends;
}

// Between the gate and the reply while generate() runs: counts what the plugin offers when nobody takes more.
class CountingReply final : public IReply {
public:
    CountingReply(CallReply& reply, TriedResult& result) : reply_(reply), result_(result) {}

    bool text(Text piece) noexcept override { return counted(reply_.text(piece)); }
    bool thought(Text piece) noexcept override { return counted(reply_.thought(piece)); }
    bool toolCall(const ToolPiece& piece) noexcept override { return counted(reply_.toolCall(piece)); }
    bool bytes(Text piece) noexcept override { return counted(reply_.bytes(piece)); }
    bool vector(const float* values, std::uint64_t count) noexcept override {
        return counted(reply_.vector(values, count));
    }
    Seen frame(Text dialect, Text message) noexcept override {
        const Seen seen = reply_.frame(dialect, message);
        counted(seen != Seen::over);
        hasLast_ |= seen == Seen::last;
        return seen;
    }
    void finish(Finish reason) noexcept override { reply_.finish(reason); }
    void usage(const Usage& usage) noexcept override { reply_.usage(usage); }
    void spoken(const Spoken& part) noexcept override { reply_.spoken(part); }
    void upstreamId(Text id) noexcept override { reply_.upstreamId(id); }
    void explain(Text reason) noexcept override { reply_.explain(reason); }
    void advise(Text sentence) noexcept override { reply_.advise(sentence); }
    void retryAfter(std::uint32_t ms) noexcept override { reply_.retryAfter(ms); }
    ModelStatus follow(IStream& stream, Text peer) noexcept override { return reply_.follow(stream, peer); }
    void guard(int descriptor, std::uint32_t ms) noexcept override { reply_.guard(descriptor, ms); }
    Stop stop() noexcept override { return reply_.stop(); }
    Stop wait(std::uint32_t ms) noexcept override { return reply_.wait(ms); }
    void enter(Stage stage) noexcept override { reply_.enter(stage); }

private:
    bool counted(bool isTaken) noexcept {
        result_.isBehindLast |= hasLast_;
        if (result_.wasRefused) ++result_.refusedPieces;
        result_.wasRefused |= !isTaken;
        return isTaken;
    }

    CallReply& reply_;
    TriedResult& result_;
    bool hasLast_ = false;
};

// The descriptors of the streams that are followed now.
class LiveDescriptor {
public:
    explicit LiveDescriptor(int number) : number_(number) {
        const std::lock_guard lock(mutex());
        all().insert(number_);
        isShared_ = all().count(number_) > 1;
    }
    ~LiveDescriptor() {
        const std::lock_guard lock(mutex());
        all().erase(all().find(number_));
    }
    LiveDescriptor(const LiveDescriptor&) = delete;
    LiveDescriptor& operator=(const LiveDescriptor&) = delete;

    bool isShared() const { return isShared_ && number_ >= 0; }

private:
    static std::mutex& mutex() {
        static std::mutex one;
        return one;
    }
    static std::multiset<int>& all() {  // under mutex()
        static std::multiset<int> numbers;
        return numbers;
    }

    const int number_;
    bool isShared_ = false;
};

std::chrono::nanoseconds processorTime() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

FileDescriptor ownSchedule() {
    const FileDescriptor counts(open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC));
    return FileDescriptor(counts ? fcntl(counts.get(), F_DUPFD_CLOEXEC, kFirstOwnDescriptor) : -1);
}

// How long this thread has waited for a processor; 0 where the system does not count it. Open as long as the thread
// lives: this is asked twice for each advance().
std::chrono::nanoseconds processorDelay() {
    thread_local const FileDescriptor counts = ownSchedule();
    std::array<char, 64> text{};  // nanoseconds that it ran, nanoseconds that it waited, times
    if (!counts || pread(counts.get(), text.data(), text.size() - 1, 0) <= 0) return {};
    char* behind = nullptr;
    std::strtoull(text.data(), &behind, 10);
    return std::chrono::nanoseconds(std::strtoull(behind, nullptr, 10));
}

}  // namespace

// Tells the client each piece; frames of a dialect are always taken to pieces.
class TriedCall::Writer final : public AnswerWriter {
public:
    explicit Writer(TriedClient& client) : client_(client) {}

    std::string_view frameDialect() const noexcept override { return {}; }
    void frame(const FramePlace& /*place*/, std::string_view /*own*/, const FrameLook& /*look*/) override {}
    void lastFrame(const FramePlace& /*place*/, const std::string& /*own*/, const AnswerEnd& /*end*/) override {}
    void text(const FramePlace& /*place*/, std::string_view piece) override { client_.text(piece); }
    void thought(const FramePlace& /*place*/, std::string_view piece) override { client_.thought(piece); }
    bool showsToolCalls() const noexcept override { return true; }
    void toolCall(const FramePlace& /*place*/, const ToolPiece& piece) override { client_.toolCall(piece); }
    void finish(const FramePlace& /*place*/, const AnswerEnd& /*end*/) override {}
    void broken(const FramePlace& /*place*/, const Breakage& /*why*/, const Usage& /*usage*/) override {}

private:
    TriedClient& client_;
};

TryLimits TryLimits::of(const Config& config) {
    const TimeoutConfig& timeouts = config.timeouts;
    return {{ofPlugins(timeouts.connect), ofPlugins(timeouts.firstFrame), ofPlugins(timeouts.idleFrame),
             ofPlugins(timeouts.total)},
            config.limits.answerBytes};
}

TriedCall::TriedCall(CallWatch& watch, const TriedQuestion& question, const TryLimits& limits, TriedClient& client,
                     LateUse* late, VoiceAnswer voice)
    : question_(question),
      limits_(limits),
      client_(client),
      late_(late),
      voice_(voice),
      connection_(newConnection()),
      sink_(client),
      writer_(std::make_unique<Writer>(client)),
      stream_(sink_, *writer_, "try-1"),
      speech_(sink_, speechWriter_, "try-1"),
      collected_(limits.answerBytes, CollectReply::Kept::times),
      vectors_(std::size_t(question.request(limits.timeouts).inputs.count), limits.answerBytes),
      call_(watch, connection_[0], std::chrono::milliseconds(limits.timeouts.totalMs)) {}

TriedCall::~TriedCall() {
    for (const int end : connection_) close(end);
}

void TriedCall::leave() const { shutdown(connection_[1], SHUT_RDWR); }

CallReply& TriedCall::replyFor(Kind kind) {
    if (kind == Kind::embedding) return vectors_;
    if (kind == Kind::speech) return speech_;
    if (kind == Kind::voice && voice_ == VoiceAnswer::withTimes) return collected_;
    return stream_;
}

Step TriedCall::advance(Following& following, TriedResult& result) const {
    client_.doing("advance()");
    const auto begin = TryClock::now();
    const auto busy = processorTime();
    const auto blocked = sink_.blocked;
    const auto delay = processorDelay();
    const Step step = following.advance();
    // A busy machine makes it slow as well, but not asleep.
    const auto asleep =
        (TryClock::now() - begin) - (processorTime() - busy) - (processorDelay() - delay) - (sink_.blocked - blocked);
    result.longestSleep = std::max(result.longestSleep, std::chrono::duration_cast<std::chrono::milliseconds>(asleep));
    client_.doing("the stream");
    return step;
}

ModelStatus TriedCall::ask(IModel& model, const ModelRequest& request, CallReply& reply, TriedResult& result) {
    CountingReply counting(reply, result);
    client_.doing("generate()");
    const Generated generated = [&] {
        const PluginRun running(kNobody);
        return generateBehindGate(model, request, counting, late_);
    }();
    client_.doing("what comes after generate()");
    call_.guard(-1, {});
    if (generated.breach) reply.blame(generated.breach);
    IStream* const stream = givenStream(reply, generated.status, generated.breach != nullptr);
    if (!stream) return generated.status;
    result.isFollowed = true;
    static const Model nobodys{};
    Following following(*stream, reply.peer(), nobodys, reply, request.timeouts, late_);
    const LiveDescriptor live(following.descriptor());
    result.sharesDescriptor |= live.isShared();
    driveHere(following, call_, [&](Following& one) { return advance(one, result); });
    const ModelStatus status = following.end();
    client_.doing("destroy() of the stream");
    return status;
}

TriedResult TriedCall::run(IModel& model) {
    TriedResult result;
    ModelRequest request = question_.request(limits_.timeouts);
    CallReply& reply = replyFor(request.kind);
    times_ = CallTimes();
    reply.timeIn(&times_);
    reply.attach(call_);
    const auto connectUntil = TryClock::now() + std::chrono::milliseconds(request.timeouts.connectMs);
    result.returned = ask(model, request, reply, result);
    if (wasAskedInVain(result.returned, reply, connectUntil)) {
        reply.startAnew(call_);
        request.freshConnection = 1;
        result.returned = ask(model, request, reply, result);
    }
    if (result.returned == ModelStatus::ok) reply.checkWhole();
    times_.stop();
    result.stop = call_.stop();
    result.status = finalStatus(result.returned, result.stop, reply.report());
    result.report = reply.report();
    result.times = times_;
    result.answer = collected_.answer();
    result.vectors = vectors_.vectors();
    reply.detach();
    client_.doing("");
    return result;
}

}  // namespace aiproject
