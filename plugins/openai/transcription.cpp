#include "openai/transcription.h"

#include "openai/refusal.h"
#include "upstream/json_reading.h"

#include <Poco/Net/MultipartWriter.h>

#include <limits>

namespace aiproject::openai {
namespace {

void addField(std::string& form, const std::string& boundary, const char* name, const std::string& value) {
    if (value.empty()) return;
    form.append("--").append(boundary).append("\r\nContent-Disposition: form-data; name=\"").append(name);
    form.append("\"\r\n\r\n").append(value).append("\r\n");
}

void addNumber(std::string& bytes, std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i));
}

// 16 bits, mono; the sizes are little-endian.
std::string wavHead(std::uint32_t sampleRate, std::uint32_t bytes) {
    constexpr std::uint32_t headBytes = 36, formatBytes = 16, pcm = 1, channels = 1, sampleBytes = 2, sampleBits = 16;
    std::string head = "RIFF";
    addNumber(head, headBytes + bytes, 4);
    head += "WAVEfmt ";
    addNumber(head, formatBytes, 4);
    addNumber(head, pcm, 2);
    addNumber(head, channels, 2);
    addNumber(head, sampleRate, 4);
    addNumber(head, sampleRate * sampleBytes, 4);
    addNumber(head, sampleBytes, 2);
    addNumber(head, sampleBits, 2);
    head += "data";
    addNumber(head, bytes, 4);
    return head;
}

std::optional<Usage> tokensIn(const Poco::JSON::Object::Ptr& json) {
    const auto told = outbound::memberObject(json, "usage");
    const auto total = outbound::memberInteger(told, "total_tokens");
    if (!total) return std::nullopt;  // it counts seconds
    Usage usage;
    usage.prompt = outbound::memberInteger(told, "input_tokens").value_or(0);
    usage.completion = outbound::memberInteger(told, "output_tokens").value_or(0);
    usage.total = *total;
    return usage;
}

}  // namespace

std::string newBoundary() { return Poco::Net::MultipartWriter::createBoundary(); }

std::string formTypeOf(const std::string& boundary) { return "multipart/form-data; boundary=" + boundary; }

outbound::HttpBody transcriptionQuestion(const ModelRequest& request, const TranscriptionSettings& settings,
                                         const std::string& boundary) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max() - 64;  // of a WAV file
    if (request.media.size > most) {
        const std::string sentence = "the recording is larger than a WAV file can be";
        throw CallFailure(ModelStatus::inputTooLarge, sentence, sentence);
    }
    std::string form;
    addField(form, boundary, "model", settings.model);
    addField(form, boundary, "response_format", "json");
    addField(form, boundary, "language", settings.language);
    addField(form, boundary, "prompt", settings.prompt);
    form.append("--").append(boundary).append("\r\nContent-Disposition: form-data; name=\"file\"; ");
    form += "filename=\"recording.wav\"\r\nContent-Type: audio/wav\r\n\r\n";
    form += wavHead(request.sampleRate, static_cast<std::uint32_t>(request.media.size));
    outbound::HttpBody body;
    body.add(std::move(form));
    body.borrow(request.media);
    body.add("\r\n--" + boundary + "--\r\n");
    return body;
}

ModelStatus TranscriptionStream::takeObject(const std::string& body, IReply& reply) {
    const auto json = outbound::objectOf(body);
    const Poco::Dynamic::Var text = json->get("text");
    if (!text.isString()) failFor(body);
    if (const auto usage = tokensIn(json)) reply.usage(*usage);
    const std::string& words = text.extract<std::string>();
    return words.empty() || reply.text(words) ? ModelStatus::ok : ModelStatus::stopped;
}

}  // namespace aiproject::openai
