#include "call/call_reply.h"

#include "base/error.h"
#include "base/json_text.h"
#include "base/utf8.h"
#include "call/frame_usage.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace aiproject {
namespace {

constexpr std::size_t kLongestFrame = 16UL * 1024 * 1024;
constexpr const char* kFrameTooLarge = "the plugin's frame is larger than 16 MiB";
constexpr const char* kNoObject = "the plugin's frame is no JSON object";
constexpr std::size_t kLongestNote = 2048;  // of what a plugin tells for the log or the client

std::string owned(Text text) { return std::string(std::string_view(text)); }

// At most `longest` bytes, and not cut inside a character.
std::string shortened(Text text, std::size_t longest) {
    const std::string_view whole = text;
    if (whole.size() <= longest) return std::string(whole);
    while (longest > 0 && (static_cast<unsigned char>(whole[longest]) & 0xc0) == 0x80) --longest;
    return std::string(whole.substr(0, longest));
}

}  // namespace

void CallReply::attach(CallWatch::Call& call, const std::string& model) {
    call_ = &call;
    ++attempts_;
    if (tell_) tell_();
    report_ = {};
    report_.model = model;
}

void CallReply::blame(const std::string& reason) noexcept {
    explain(std::string_view(reason));
    report_.isGarbage = true;
}

void CallReply::usage(const Usage& usage) noexcept {
    const auto count = [](std::int64_t tokens) { return std::max<std::int64_t>(0, tokens); };
    report_.usage = {count(usage.question), count(usage.prompt), count(usage.completion), count(usage.total)};
    report_.reported = usage;
}

void CallReply::upstreamId(Text id) noexcept {
    const std::string text = shortened(id, 128);
    if (isUtf8(text)) report_.upstreamId = text;  // it goes into frames
}

void CallReply::explain(Text reason) noexcept {
    if (report_.explanation.size() >= kLongestNote) return;
    if (!report_.explanation.empty()) report_.explanation += "; ";
    report_.explanation += shortened(reason, kLongestNote);
}

void CallReply::advise(Text sentence) noexcept {
    const std::string text = shortened(sentence, kLongestNote);
    if (isUtf8(text)) report_.advice = text;
}

void CallReply::guard(int descriptor, std::uint32_t ms) noexcept {
    call_->guard(descriptor, std::chrono::milliseconds(ms));
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

std::optional<FrameLook> CallReply::look(Text frame, const AnswerParts& parts) noexcept {
    const bool isTooLarge = frame.size > kLongestFrame;
    try {
        const FrameLook seen = isTooLarge ? FrameLook{} : lookAt(frame, parts);
        if (seen.isObject) return seen;
        refuseGarbage(isTooLarge ? kFrameTooLarge : kNoObject);
    } catch (...) {  // no memory for it
        refuseGarbage("the plugin's frame cannot be read: " + describeCurrent());
    }
    return std::nullopt;
}

void CallReply::believe(const std::optional<ToldUsage>& told) noexcept {
    if (report_.reported || !told) return;
    try {
        usage(believedUsage(*told));
    } catch (...) {
        explain(std::string_view("the usage in the plugin's last frame is not used: " + describeCurrent()));
    }
}

bool CallReply::refuseGarbage(const std::string& reason) noexcept {
    blame(reason);
    return end(Stop::totalExpired);
}

bool StreamReply::send(std::string_view frame, const TokenEstimate& answer, Way way) noexcept {
    if (last_ || finished_ || !goesOn()) return false;
    if (frame.size() > kLongestFrame) return refuseGarbage(kFrameTooLarge);
    sink_.passing(answer);
    call().pauseGuard();  // a client that reads slowly is no upstream that is silent
    const bool isSent = (sink_.*way)(frame);
    call().resumeGuard();
    if (!isSent) return end(Stop::clientLeft);
    ++report_.frames;
    report_.answer = answer;
    return true;
}

bool StreamReply::pass(Text frame, Way way) noexcept {
    TokenEstimate answer = report_.answer;
    return !last_ && !finished_ && look(frame, {answer}) && send(frame, answer, way);
}

bool StreamReply::lastFrame(Text last) noexcept {
    if (last_ || finished_) return false;
    TokenEstimate answer = report_.answer;
    auto seen = look(last, {answer});
    if (!seen) return false;
    believe(seen->usage);
    if (!goesOn()) return false;
    ++report_.frames;
    report_.answer = answer;
    last_ = owned(last);
    told_ = std::move(seen->usage);
    report_.hasLast = true;
    return true;
}

std::string StreamReply::head(int code, const std::string& message, int status) const {
    const std::string& sid = report_.upstreamId.empty() ? requestId_ : report_.upstreamId;
    return R"({"header":{"code":)" + std::to_string(code) + R"(,"message":)" + jsonText(message) + R"(,"sid":)" +
           jsonText(sid) + R"(,"status":)" + std::to_string(status) + R"(},"payload":{"choices":{"status":)" +
           std::to_string(status) + R"(,"seq":)" + std::to_string(report_.frames - (report_.hasLast ? 1 : 0)) +
           R"(,"text":[)";
}

bool StreamReply::delta(Text content) noexcept {
    const std::string text = owned(content);
    if (!isUtf8(text)) return refuseGarbage("the plugin's delta is not valid UTF-8");
    TokenEstimate answer = report_.answer;
    answer.add(text);
    return send(head(0, "Success", hasBegun() ? 1 : 0) + R"({"content":)" + jsonText(text) +
                    R"(,"role":"assistant","index":0}]}}})",
                answer, &FrameSink::send);
}

std::string StreamReply::tail() const {
    const Usage& usage = report_.usage;
    return R"(]},"usage":{"text":{"question_tokens":)" + std::to_string(usage.question) + R"(,"prompt_tokens":)" +
           std::to_string(usage.prompt) + R"(,"completion_tokens":)" + std::to_string(usage.completion) +
           R"(,"total_tokens":)" + std::to_string(usage.total) + "}}}}";
}

void StreamReply::correctUsage(const Usage& billed) {
    usage(billed);
    if (!last_ || finished_ || (told_ && says(*told_, billed))) return;
    std::string written = std::move(*last_);
    last_ = withUsage(written, billed);
    TokenEstimate counted;
    if (!last_) lookAt(written, {counted, &rest_});  // its text is what counts
}

void StreamReply::finish() {
    if (finished_) return;
    finished_ = true;
    if (last_)
        sink_.send(*last_);
    else
        sink_.send(head(0, "Success", 2) + R"({"content":)" + jsonText(rest_) + R"(,"role":"assistant","index":0})" +
                   tail());
}

void StreamReply::finishBroken(int code, const std::string& message) {
    if (finished_) return;
    finished_ = true;
    sink_.send(head(code, message, 2) + tail());
}

bool CollectReply::delta(Text content) noexcept {
    if (!goesOn()) return false;
    if (!isUtf8(content)) return refuseGarbage("the plugin's delta is not valid UTF-8");
    if (text_.size() + content.size > limit_) return end(Stop::answerTooLong);
    ++report_.frames;
    text_ += std::string_view(content);
    report_.answer.add(content);
    return true;
}

bool CollectReply::frame(Text frame) noexcept {
    TokenEstimate withThoughts;  // which nobody gets here
    std::string content;
    return look(frame, {withThoughts, &content}) && delta(std::string_view(content));
}

bool CollectReply::lastFrame(Text json) noexcept {
    TokenEstimate withThoughts;
    std::string content;
    const auto seen = look(json, {withThoughts, &content});
    if (seen) believe(seen->usage);
    report_.hasLast = seen && delta(std::string_view(content));
    return report_.hasLast;
}

}  // namespace aiproject
