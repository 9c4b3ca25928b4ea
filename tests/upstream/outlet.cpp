#include "upstream/outlet.h"

namespace aiproject::upstream {

namespace {

using std::chrono::milliseconds;

constexpr int kPings = 200;
constexpr int kEngineError = 10012;
constexpr int kNormalClosure = 1000;
constexpr std::uint64_t kHugeBytes = 64ULL * 1024 * 1024;
constexpr milliseconds kGoodbye{300};  // a client closes by itself after the last frame

int orElse(int code, int fallback) { return code != 0 ? code : fallback; }

}  // namespace

Outlet::Outlet(const Parts& parts, Dialect& dialect, Traffic traffic)
    : peer_(parts.peer),
      record_(parts.record),
      options_(parts.options),
      fault_(parts.fault),
      dialect_(dialect),
      traffic_(traffic) {
    if (fault_.kind == FaultKind::dripping) peer_.drip(fault_.pause);
}

Message Outlet::question() {
    if (fault_.kind == FaultKind::speakUnasked) {
        peer_.rest(fault_.pause);
        peer_.send(Opcode::text, dialect_.error(kEngineError, "nobody has asked"));
    }
    const bool closesSoon = fault_.kind == FaultKind::closeIdle;
    const auto message = peer_.receive(closesSoon ? fault_.pause : options_.questionLimit);
    if (!message) peer_.close(orElse(fault_.code, kNormalClosure), "time out");
    record_.update([&](Call& call) { call.request = message->payload; });
    return *message;
}

int Outlet::lastCode() const { return fault_.kind == FaultKind::sensitiveAtEnd ? 10019 : 0; }

void Outlet::frame(Place place, const std::function<std::string()>& make) {
    if (hangs_) return;
    // Results of dictation come when their audio has come.
    const bool waits = sent_ > 0 && traffic_ == Traffic::none;
    pause(waits ? options_.frameGap : milliseconds::zero());
    disturb(place);
    if (!hangs_) say(make(), place);
}

void Outlet::pause(milliseconds time) {
    if (traffic_ == Traffic::audio) return peer_.rest(time);
    if (peer_.receive(time)) throw Refusal{10007, "the previous question is not finished yet"};
}

void Outlet::disturb(Place place) {
    switch (fault_.kind) {
        case FaultKind::dropBeforeFrame: peer_.rest(fault_.pause); peer_.drop();
        case FaultKind::hangBeforeFrame: hangs_ = true; break;
        case FaultKind::hangMidAnswer: hangs_ = isMidAnswer(place); break;
        case FaultKind::dropMidAnswer:
            if (isMidAnswer(place)) peer_.drop();
            break;
        case FaultKind::closeMidAnswer:
            if (isMidAnswer(place)) peer_.close(orElse(fault_.code, kNormalClosure), fault_.text);
            break;
        case FaultKind::errorFrame: fail(orElse(fault_.code, kEngineError), fault_.text);
        case FaultKind::errorMidAnswer:
            if (isMidAnswer(place)) fail(orElse(fault_.code, kEngineError), fault_.text);
            break;
        case FaultKind::pingFlood:
            for (int i = 0; i < kPings; ++i) peer_.send(Opcode::ping, std::to_string(i));
            break;
        case FaultKind::emptyFrames:
            for (const auto& empty : dialect_.emptyFrames()) peer_.send(Opcode::text, empty);
            break;
        case FaultKind::hugeFrame: announceTooMuch();
        case FaultKind::slow: pause(fault_.pause); break;
        default: break;
    }
}

void Outlet::pingAlone() {
    if (fault_.kind == FaultKind::lonePing) peer_.send(Opcode::ping, "");
}

void Outlet::say(std::string frame, Place place) {
    const bool isFirst = sent_ == 0;
    if (isFirst && fault_.kind == FaultKind::malformedJson)
        frame = fault_.text.empty() ? frame.substr(0, frame.size() / 2) : fault_.text;
    if (isFirst && fault_.kind == FaultKind::notJsonObject)
        frame = fault_.text.empty() ? R"(["not an object"])" : fault_.text;

    // Counted first, so that a client that has read the frame finds it counted.
    const auto count = [&](int sent, bool answered) {
        record_.update([&](Call& call) {
            call.framesSent = sent;
            call.answered = answered;
        });
    };
    count(sent_ + 1, place == Place::last);
    try {
        write(frame);
    } catch (const ConversationOver&) {
        count(sent_, false);
        throw;
    }
    ++sent_;
}

void Outlet::write(const std::string& frame) {
    if (fault_.kind == FaultKind::fragmented) return writeInFragments(frame);
    peer_.send(fault_.kind == FaultKind::binaryFrame ? Opcode::binary : Opcode::text, frame);
}

void Outlet::writeInFragments(const std::string& frame) {
    const auto third = frame.size() / 3;
    peer_.send(Opcode::text, frame.substr(0, third), Fragment::first);
    peer_.send(Opcode::ping, "between");
    peer_.send(Opcode::text, frame.substr(third, third), Fragment::between);
    peer_.send(Opcode::text, frame.substr(2 * third), Fragment::last);
}

void Outlet::announceTooMuch() {
    peer_.announce(fault_.code > 0 ? static_cast<std::uint64_t>(fault_.code) : kHugeBytes);
    peer_.waitForLeave();
}

void Outlet::fail(int code, const std::string& message) {
    const std::string text = message.empty() ? "simulated fault" : message;
    peer_.send(Opcode::text, dialect_.error(code, text));
    peer_.close(kNormalClosure, text);
}

void Outlet::refuse(const Refusal& refusal) {
    record_.update([&](Call& call) { call.violation = std::to_string(refusal.code) + " " + refusal.message; });
    if (hangs_) peer_.waitForLeave();
    fail(refusal.code, refusal.message);
}

void Outlet::finish() {
    if (hangs_) peer_.waitForLeave();
    if (peer_.receive(kGoodbye)) {
        if (traffic_ == Traffic::audio) throw Refusal{10101, "the session is already over"};
        throw Refusal{10007, "one question for each connection"};
    }
    peer_.close(kNormalClosure, "close this ws conn");
}

}  // namespace aiproject::upstream
