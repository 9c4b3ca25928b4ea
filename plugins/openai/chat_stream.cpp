#include "openai/chat_stream.h"

#include "openai/refusal.h"
#include "upstream/json_events.h"
#include "upstream/text.h"

#include <algorithm>

namespace aiproject::openai {
namespace {

constexpr std::size_t kMostObjectBytes = 16UL * 1024 * 1024;  // the host takes no larger frame
constexpr std::uint32_t kPatienceMs = 3'000;

std::string_view behindBlanks(std::string_view json) {
    return json.substr(std::min(json.find_first_not_of(" \t\r\n"), json.size()));
}

// Whether a member finish_reason is a text, and not empty. No reader is needed for that: inside a text a quote has a
// backslash before it.
bool saysFinish(std::string_view json) {
    constexpr std::string_view name = R"("finish_reason")";
    for (auto at = json.find(name); at != std::string_view::npos; at = json.find(name)) {
        json = behindBlanks(json.substr(at + name.size()));
        if (json.empty() || json[0] != ':') continue;
        json = behindBlanks(json.substr(1));
        if (json.size() > 1 && json[0] == '"' && json[1] != '"') return true;
    }
    return false;
}

bool isJson(std::string_view text) {
    rapidjson::BaseReaderHandler<> nothing;
    rapidjson::Reader reader;
    rapidjson::MemoryStream bytes(text.data(), text.size());
    if (outbound::readEvents(reader, bytes, nothing)) return true;
    const std::string repaired = outbound::withoutHalves(text);  // the host puts halves together
    return repaired != text && isJson(repaired);
}

}  // namespace

// Blank lines come before a plain JSON body where a service wants to keep the connection alive.
ModelStatus ChatStream::takeBody(std::string_view body, IReply& reply) {
    if (shape_ == Shape::unknown) {
        const std::string_view rest = behindBlanks(body);
        if (rest.empty()) return ModelStatus::streaming;
        if (rest[0] == '<')
            throw CallFailure(ModelStatus::failed, "the upstream answered with a page, not JSON; check url");
        shape_ = rest[0] == '{' ? Shape::object : Shape::events;
        body = rest;
    }
    if (shape_ == Shape::events) return takeEvents(body, reply);
    if (object_.size() + body.size() > kMostObjectBytes)
        throw CallFailure(ModelStatus::failed, "the upstream's answer has more than 16 MiB");
    object_.append(body);
    return ModelStatus::streaming;
}

ModelStatus ChatStream::takeEvents(std::string_view body, IReply& reply) {
    while (const auto data = lines_.take(body)) {
        const ModelStatus status = takeFrame(*data, reply);
        if (status != ModelStatus::streaming) return status;
    }
    return ModelStatus::streaming;
}

ModelStatus ChatStream::takeFrame(std::string_view frame, IReply& reply) {
    if (frame == "[DONE]") return ModelStatus::ok;
    const bool isLast = saysFinish(frame);
    switch (reply.frame("openai", frame)) {
        case Seen::passed:
        case Seen::other: hasFinish_ = hasFinish_ || isLast; return ModelStatus::streaming;
        case Seen::last: return ModelStatus::ok;
        case Seen::error: failFor(frame);
        case Seen::over: return ModelStatus::stopped;
    }
    return ModelStatus::stopped;
}

// Behind finish_reason only the usage and [DONE] can follow, and some services send neither, nor end the body.
std::uint32_t ChatStream::patienceMs() const noexcept { return hasFinish_ ? kPatienceMs : 0; }

ModelStatus ChatStream::endBody(const std::string& fault, IReply& reply) {
    if (shape_ == Shape::object) return takeObject(fault, reply);
    // A last line without its end is one if it is whole.
    if (const auto rest = lines_.takeRest(); rest && (*rest == "[DONE]" || isJson(*rest))) {
        const ModelStatus status = takeFrame(*rest, reply);
        if (status != ModelStatus::streaming) return status;
    }
    if (hasFinish_) return ModelStatus::ok;
    throw CallFailure(ModelStatus::unavailable,
                      fault.empty() ? "the upstream's answer ended without finish_reason and [DONE]" : fault);
}

// It needs no finish_reason to be whole.
ModelStatus ChatStream::takeObject(const std::string& fault, IReply& reply) {
    if (!isJson(object_) || !outbound::isUtf8(object_)) {
        if (!fault.empty()) throw CallFailure(ModelStatus::unavailable, fault);
        throw CallFailure(ModelStatus::failed, "the upstream's answer is not JSON");
    }
    switch (reply.frame("openai", object_)) {
        case Seen::passed:
        case Seen::last: return ModelStatus::ok;
        case Seen::other: throw CallFailure(ModelStatus::failed, "the upstream's answer has no choice in it");
        case Seen::error: failFor(object_);
        case Seen::over: return ModelStatus::stopped;
    }
    return ModelStatus::stopped;
}

}  // namespace aiproject::openai
