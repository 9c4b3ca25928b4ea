#include "call/following.h"

#include "base/file_descriptor.h"
#include "base/own_descriptor.h"
#include "pool/crash_report.h"

#include <sys/epoll.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace aiproject {
namespace {

// A message of 16 MiB in the smallest packets that are usual takes fewer.
constexpr std::uint32_t kMostFruitless = 50'000;

std::string within(std::uint32_t ms, const char* setting) {
    return " within " + std::to_string(ms) + " ms (timeout." + setting + ")";
}

// Why nobody can wait for it; "": one can. One rule for all who drive a stream: epoll refuses files, and devices such
// as /dev/null, but poll() calls them always ready. Only a device has to be tried, at the price of three system calls.
std::string faultOf(int descriptor, mode_t mode) {
    if (S_ISREG(mode) || S_ISDIR(mode)) return "is a file's, which cannot be waited for";
    if (S_ISBLK(mode)) return "is a block device's, which cannot be waited for";
    if (!S_ISCHR(mode)) return {};
    const FileDescriptor epoll(epoll_create1(EPOLL_CLOEXEC));
    epoll_event event{EPOLLIN, {}};
    if (!epoll || epoll_ctl(epoll.get(), EPOLL_CTL_ADD, descriptor, &event) == 0 || errno != EPERM) return {};
    return std::string("is a device's, which cannot be waited for: ") + std::strerror(EPERM);
}

}  // namespace

IStream* givenStream(CallReply& reply, ModelStatus answered, bool isBroken) {
    const std::vector<IStream*> streams = reply.takeStreams();
    const bool isStreaming = answered == ModelStatus::streaming;
    if (isStreaming && streams.size() == 1 && !isBroken) return streams.front();
    for (IStream* stream : streams) stream->destroy();
    if (isStreaming && streams.empty())
        reply.blame("the plugin answered `streaming` without a stream for follow()");
    else if (streams.size() > 1)
        reply.blame("the plugin gave follow() more than one stream");
    else if (!isStreaming && !streams.empty())
        reply.blame("the plugin gave follow() a stream, but did not answer `streaming`");
    return nullptr;
}

Following::Following(IStream& stream, std::string peer, const Model& model, CallReply& reply, const Timeouts& timeouts,
                     LateUse* late)
    : stream_(stream),
      peer_(std::move(peer)),
      reply_(reply),
      gate_(reply, late),
      row_(model.row),
      firstFrameMs_(timeouts.firstFrameMs),
      idleFrameMs_(timeouts.idleFrameMs),
      totalMs_(timeouts.totalMs),
      totalUntil_(reply.totalUntil()) {
    reply_.beFollowed();
    restart(firstFrameMs_);
    takeDescriptor();
}

Following::~Following() { destroy(stream_); }

void Following::destroy(IStream& stream) const {
    const PluginTurn turn(row_);
    stream.destroy();
    OwnDescriptor::requireAll();  // what the stream has closed is its fault, not the next one's
}

void Following::takeDescriptor() {
    const PluginTurn turn(row_);
    descriptor_ = stream_.descriptor();
    struct stat file {};
    const std::string fault =
        fstat(descriptor_, &file) == 0 ? faultOf(descriptor_, file.st_mode) : std::string("is not open");
    if (!fault.empty()) fail("the descriptor of the plugin's stream, " + std::to_string(descriptor_) + ", " + fault);
    device_ = file.st_dev;
    inode_ = file.st_ino;
}

// A number that was closed soon belongs to another call, which must not be disturbed.
bool Following::hasDescriptor() const noexcept {
    struct stat file {};
    return fstat(descriptor_, &file) == 0 && file.st_dev == device_ && file.st_ino == inode_;
}

Step Following::advance() {
    if (state_ != State::open) return Next::over;
    const std::uint64_t before = reply_.handedOn();
    const Step step = [this] {
        const PluginTurn turn(row_);
        return gate_.advance(stream_);
    }();
    const bool goesOn = step.next == Next::readable || step.next == Next::writable || step.next == Next::again;
    if (!goesOn) state_ = State::saidOver;
    reply_.flush();
    judge(before);
    return state_ == State::open ? step : Step(Next::over);
}

void Following::judge(std::uint64_t handedOnBefore) {
    if (const char* breach = gate_.breach()) fail(breach);
    for (IStream* other : reply_.takeStreams()) {
        if (other != &stream_) destroy(*other);
        fail("the plugin gave follow() another stream from advance()");
    }
    if (state_ != State::open) return;
    if (reply_.report().hasLast || reply_.stop() != Stop::none) {
        state_ = State::ended;
    } else if (!hasDescriptor()) {
        failForDescriptor();
    } else if (reply_.handedOn() != handedOnBefore) {
        hasFirst_ = true;
        fruitless_ = 0;
        restart(idleFrameMs_);
    } else if (++fruitless_ == kMostFruitless) {
        fail("the plugin's stream was read " + std::to_string(kMostFruitless) + " times and handed nothing on");
    }
}

void Following::pause() noexcept {
    paused_ = deadline_ - Clock::now();
    deadline_ = Clock::time_point::max();
}

void Following::resume() noexcept { deadline_ = Clock::now() + paused_; }

void Following::expire() {
    state_ = State::ended;
    const std::string reason = hasFirst_ ? "no further frame from " + peer_ + within(idleFrameMs_, "idle_frame_ms")
                                         : "no first frame from " + peer_ + within(firstFrameMs_, "first_frame_ms");
    reply_.explain(std::string_view(reason));
    reply_.endCall(Stop::guardExpired);
}

void Following::fail(const std::string& reason) {
    if (state_ == State::broken) return;
    state_ = State::broken;
    reply_.blame(reason);
}

void Following::failForDescriptor() {
    fail("the plugin's stream has closed its descriptor " + std::to_string(descriptor_) +
         ", or put another file in its place");
}

// The worker's end and a revoked account are told as a time that is over as well, and are none.
void Following::explainTotal() {
    if (reply_.stop() == Stop::totalExpired && Clock::now() >= totalUntil_ && !reply_.report().hasLast)
        reply_.explain("the call was not over" + within(totalMs_, "total_ms"));
}

ModelStatus Following::end() {
    switch (state_) {
        case State::saidOver:  // of itself, or since the time was over while it read
            if (reply_.report().explanation.empty()) explainTotal();
            break;
        case State::broken: return ModelStatus::failed;
        case State::open:
        case State::ended: explainTotal(); return reply_.report().hasLast ? ModelStatus::ok : ModelStatus::stopped;
    }
    const PluginTurn turn(row_);
    const ModelStatus status = gate_.statusOf(stream_);
    if (status == ModelStatus::streaming) {
        fail("the plugin's stream ended with the status streaming");
        return ModelStatus::failed;
    }
    return status;
}

}  // namespace aiproject
