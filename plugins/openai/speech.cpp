#include "openai/speech.h"

#include "openai/refusal.h"
#include "upstream/json_reading.h"

#include <Poco/String.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>

namespace aiproject::openai {
namespace {

void addSpeechMember(std::string& json, const char* name, std::string_view text) {
    json.append(json.empty() ? "{\"" : ",\"").append(name).append("\":").append(outbound::quotedJson(text));
}

}  // namespace

outbound::HttpBody speechQuestion(const ModelRequest& request, const SpeechSettings& settings) {
    std::string json;
    addSpeechMember(json, "model", settings.model);
    addSpeechMember(json, "input", request.inputs[0]);
    addSpeechMember(json, "voice", request.voice.size > 0 ? std::string_view(request.voice) : settings.voice);
    addSpeechMember(json, "response_format", std::string_view(request.format) == "audio/wav" ? "wav" : "pcm");
    if (request.speed) {
        std::array<char, 32> number{};
        const auto end = std::to_chars(number.data(), number.data() + number.size(), request.speed.value).ptr;
        json.append(",\"speed\":").append(number.data(), end);
    }
    if (request.prompt.size > 0) addSpeechMember(json, "instructions", request.prompt);
    outbound::HttpBody body;
    body.add(json + "}");
    return body;
}

bool SpeechStream::isAudio() const {
    const std::string& type = head().contentType;
    const auto isOneOf = [&](std::initializer_list<std::string_view> types) {
        return std::any_of(types.begin(), types.end(), [&](std::string_view one) {
            return Poco::icompare(type.substr(0, type.find(';')), std::string(one)) == 0;
        });
    };
    if (type.empty() || isOneOf({"application/octet-stream"})) return true;
    return isWav_ ? isOneOf({"audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"})
                  : isOneOf({"audio/pcm", "audio/l16"});
}

ModelStatus SpeechStream::takeBody(std::string_view body, IReply& reply) {
    constexpr std::size_t most = 64UL * 1024;
    if (!isAudio()) {
        other_.append(body.substr(0, most - std::min(most, other_.size())));
        return ModelStatus::streaming;
    }
    if (!hasBegun_) tellId(reply);
    hasBegun_ = true;
    return reply.bytes(body) ? ModelStatus::streaming : ModelStatus::stopped;
}

ModelStatus SpeechStream::endBody(const std::string& fault, IReply& reply) {
    if (!fault.empty()) throw CallFailure(ModelStatus::unavailable, fault);
    if (hasBegun_) return ModelStatus::ok;
    tellId(reply);
    if (isAudio()) throw CallFailure(ModelStatus::failed, "the upstream's speech has no byte");
    if (head().contentType.rfind("audio/", 0) == 0)
        throw CallFailure(ModelStatus::failed,
                          "the upstream's speech is " + head().contentType.substr(0, 64) + ", not what was asked for");
    failFor(other_);
}

}  // namespace aiproject::openai
