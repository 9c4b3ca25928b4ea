#include "call/call_reply.h"

#include "base/error.h"
#include "base/utf8.h"

#include <algorithm>
#include <string>
#include <utility>

namespace aiproject {
namespace {

constexpr std::size_t kLongestFrame = 16UL * 1024 * 1024;
constexpr const char* kTooLarge = "the plugin's frame is larger than 16 MiB";
constexpr std::size_t kLongestNote = 2048;  // of what a plugin tells for the log or the client
constexpr std::size_t kLongestName = 128;
constexpr std::uint32_t kLastToolCall = kMostToolCalls - 1;

std::string beyondLast(const ToolPiece& piece) {
    return "the plugin's tool call has the index " + std::to_string(piece.index) + ", above " +
           std::to_string(kLastToolCall);
}

}  // namespace

void CallReply::attach(CallWatch::Call& call, const std::string& model) {
    call_ = &call;
    ++attempts_;
    report_ = {};
    report_.model = model;
    toolCalls_ = {};
    halves_ = {};
    isFollowed_ = hasTold_ = false;
    isSilent_ = true;
    if (tell_) tell_();
    enter(CallTimes::Phase::firstFrame);
}

// What was said of the first connection stays, for the log.
void CallReply::startAnew(CallWatch::Call& call) {
    call_ = &call;
    isFollowed_ = hasTold_ = false;
    isSilent_ = true;
    enter(CallTimes::Phase::firstFrame);
}

void CallReply::beginAnswer() noexcept {
    isSilent_ = false;
    enter(CallTimes::Phase::frames);
    if (tellFirst_) tellFirst_();
}

void CallReply::blame(const std::string& reason) noexcept {
    explain(std::string_view(reason));
    report_.isGarbage = true;
}

bool CallReply::toolCall(const ToolPiece& /*piece*/) noexcept {
    return refuseGarbage("the plugin answered with a tool call, which this client cannot be shown");
}

bool CallReply::bytes(Text /*piece*/) noexcept { return refuseGarbage("the plugin answered with bytes, not a text"); }

bool CallReply::vector(const float* /*values*/, std::uint64_t /*count*/) noexcept {
    return refuseGarbage("the plugin answered with a vector, not a text");
}

Seen CallReply::frame(Text dialect, Text message) noexcept {
    if (isAtEnd() || !goesOn()) return Seen::over;
    try {
        return seenIn(dialect, message);
    } catch (...) {  // no memory for it
        refuseGarbage("the plugin's frame cannot be read: " + describeCurrent());
        return Seen::over;
    }
}

Seen CallReply::seenIn(std::string_view dialect, std::string_view frame) {
    const auto refused = [this](const std::string& reason) {
        refuseGarbage(reason);
        return Seen::over;
    };
    if (frame.size() > kLongestFrame) return refused(kTooLarge);
    std::optional<FrameLook> look = lookAt(dialect, frame);
    if (!look)
        return refused("the plugin's frame is in a dialect that this worker cannot read: " + beginOf(dialect, 32));
    if (!look->isObject) return refused("the upstream's message is not a JSON object");
    note(*look);
    if (look->seen == Seen::error) return Seen::error;
    toolCalls_.number(*look);
    for (const ToolPiece& piece : look->toolPieces)
        if (piece.index > kLastToolCall) return refused(beyondLast(piece));
    if (look->hasHalves || halves_.isOpen()) halves_.join(*look);
    ++handedOn_;
    if (look->seen != Seen::other) noteAnswer();
    if (look->seen != Seen::other && !take(dialect, frame, *look)) return Seen::over;
    report_.hasLast |= look->seen == Seen::last;
    return look->seen;
}

void CallReply::note(const FrameLook& look) {
    if (report_.upstreamId.empty() && !look.upstreamId.empty()) upstreamId(look.upstreamId);
    if (look.finish) finish(*look.finish);
    if (hasTold_ || !look.usage) return;
    try {
        usage(believedUsage(*look.usage));
        hasTold_ = false;
    } catch (...) {
        if (look.seen == Seen::last)
            explain(std::string_view("the usage in the plugin's last frame is not used: " + describeCurrent()));
    }
}

void CallReply::finish(Finish reason) noexcept {
    const bool isKnown = reason >= Finish::stop && reason <= Finish::contentFilter;
    report_.finish = isKnown ? reason : Finish::stop;
}

void CallReply::usage(const Usage& usage) noexcept {
    Usage& told = report_.usage;
    told = usage;
    for (std::int64_t* count :
         {&told.question, &told.prompt, &told.cached, &told.completion, &told.reasoning, &told.total})
        *count = std::max<std::int64_t>(0, *count);
    report_.reported = usage;
    hasTold_ = true;
}

void CallReply::upstreamId(Text id) noexcept {
    std::string text = beginOf(id, kLongestName);
    if (isUtf8(text)) report_.upstreamId = std::move(text);  // it goes into frames
}

void CallReply::explain(Text reason) noexcept {
    if (report_.explanation.size() >= kLongestNote) return;
    if (!report_.explanation.empty()) report_.explanation += "; ";
    report_.explanation += beginOf(reason, kLongestNote);
}

void CallReply::advise(Text sentence) noexcept {
    std::string text = beginOf(sentence, kLongestNote);
    if (isUtf8(text)) report_.advice = std::move(text);
}

ModelStatus CallReply::follow(IStream& stream, Text peer) noexcept {
    if (std::find(streams_.begin(), streams_.end(), &stream) == streams_.end()) streams_.push_back(&stream);
    peer_ = beginOf(peer, kLongestName);
    return ModelStatus::streaming;
}

// A stream is read without blocking, so there is nothing to guard.
void CallReply::guard(int descriptor, std::uint32_t ms) noexcept {
    if (!isFollowed_) call_->guard(descriptor, std::chrono::milliseconds(ms));
}

Stop CallReply::wait(std::uint32_t ms) noexcept {
    return isFollowed_ ? stop() : call_->wait(std::chrono::milliseconds(ms));
}

void CallReply::enter(Stage stage) noexcept {
    if (!isSilent_) return;
    switch (stage) {
        case Stage::connect: return enter(CallTimes::Phase::connect);
        case Stage::tls: return enter(CallTimes::Phase::tls);
        case Stage::upgrade: return enter(CallTimes::Phase::upgrade);
        case Stage::asked: return enter(CallTimes::Phase::firstFrame);
    }
}

bool CallReply::goesOn() noexcept {
    const bool isTaken = call_->stop() == Stop::none;
    report_.isCut |= !isTaken;
    return isTaken;
}

bool CallReply::end(Stop reason) noexcept {
    call_->end(reason);
    report_.isCut = true;
    return false;
}

bool CallReply::refuseGarbage(const std::string& reason) noexcept {
    blame(reason);
    return end(Stop::totalExpired);
}

bool CallReply::isOfAFrame(Text piece) noexcept {
    if (piece.size > kLongestFrame) return refuseGarbage(kTooLarge);
    noteHandedOn();
    return true;
}

bool CallReply::isText(Text piece) noexcept {
    if (!isUtf8(piece)) return refuseGarbage("the plugin's text is not valid UTF-8");
    return isOfAFrame(piece);
}

bool CallReply::isToolPiece(const ToolPiece& piece) noexcept {
    if (piece.index > kLastToolCall) return refuseGarbage(beyondLast(piece));
    return isText(piece.id) && isText(piece.name) && isText(piece.arguments);
}

}  // namespace aiproject
