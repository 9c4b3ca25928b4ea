#include "openai/transcription.h"

#include "openai/refusal.h"
#include "openai/transcript_reader.h"

#include <Poco/Net/MultipartWriter.h>
#include <Poco/String.h>

#include <array>
#include <charconv>
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

// ISO 639-1 is what upstreams take: of a longer tag, its first part.
std::string languageOf(std::string_view tag) {
    std::string language(tag.substr(0, tag.find_first_of("-_")));
    return Poco::toLowerInPlace(language);
}

std::string shortest(double number) {
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}

}  // namespace

TranscriptForm transcriptsOf(const std::string& setting, const std::string& model) {
    if (setting == "timed") return TranscriptForm::timed;
    if (setting == "streamed") return TranscriptForm::streamed;
    if (setting == "plain") return TranscriptForm::plain;
    return model.compare(0, 4, "gpt-") == 0 ? TranscriptForm::streamed : TranscriptForm::timed;
}

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
    const bool isTimed = settings.transcripts == TranscriptForm::timed && request.wantsTimes != 0;
    addField(form, boundary, "response_format", isTimed ? "verbose_json" : "json");
    addField(form, boundary, "stream", settings.transcripts == TranscriptForm::streamed ? "true" : "");
    addField(form, boundary, "language", request.language.size > 0 ? languageOf(request.language) : settings.language);
    addField(form, boundary, "prompt", request.prompt.size > 0 ? request.prompt.str() : settings.prompt);
    if (const auto temperature = request.sampling->temperature)
        addField(form, boundary, "temperature", shortest(temperature.value));
    form.append("--").append(boundary).append("\r\nContent-Disposition: form-data; name=\"file\"; ");
    form += "filename=\"recording.wav\"\r\nContent-Type: audio/wav\r\n\r\n";
    form += wavHead(request.sampleRate, static_cast<std::uint32_t>(request.media.size));
    outbound::HttpBody body;
    body.add(std::move(form));
    body.borrow(request.media);
    body.add("\r\n--" + boundary + "--\r\n");
    return body;
}

ModelStatus TranscriptionStream::takeBody(std::string_view body, IReply& reply) {
    if (head().contentType != "text/event-stream") return ObjectStream::takeBody(body, reply);
    while (const auto event = lines_.take(body)) {
        const ModelStatus status = takeEvent(*event, reply);
        if (status != ModelStatus::streaming) return status;
    }
    return ModelStatus::streaming;
}

ModelStatus TranscriptionStream::endBody(const std::string& fault, IReply& reply) {
    if (head().contentType != "text/event-stream") return ObjectStream::endBody(fault, reply);
    if (const auto rest = lines_.takeRest(); rest && heardIn(*rest)) {
        const ModelStatus status = takeEvent(*rest, reply);
        if (status != ModelStatus::streaming) return status;
    }
    throw CallFailure(ModelStatus::unavailable,
                      fault.empty() ? "the upstream's transcript ended without transcript.text.done" : fault);
}

ModelStatus TranscriptionStream::takeEvent(std::string_view event, IReply& reply) {
    const auto heard = heardIn(event);
    if (!heard) throw CallFailure(ModelStatus::failed, "an event of the upstream's transcript is not a JSON object");
    if (heard->eventType == "transcript.text.delta") {
        if (heard->delta.empty()) return ModelStatus::streaming;
        hasDelta_ = true;
        return reply.text(heard->delta) ? ModelStatus::streaming : ModelStatus::stopped;
    }
    if (heard->eventType == "transcript.text.done") {
        if (heard->usage) reply.usage(*heard->usage);
        const bool isNew = !hasDelta_ && heard->text && !heard->text->empty();
        return !isNew || reply.text(*heard->text) ? ModelStatus::ok : ModelStatus::stopped;
    }
    // Others may come in between, but for errors, which have no type of an event.
    if (heard->eventType.compare(0, 11, "transcript.") != 0) failFor(event);
    return ModelStatus::streaming;
}

ModelStatus TranscriptionStream::takeObject(const std::string& body, IReply& reply) {
    const auto heard = heardIn(body);
    if (!heard) throw CallFailure(ModelStatus::failed, "the upstream's answer is not a JSON object");
    if (!heard->text) failFor(body);
    if (heard->usage) reply.usage(*heard->usage);
    for (const HeardPart& part : heard->parts) {
        Spoken spoken;
        spoken.begin = part.begin;
        spoken.end = part.end;
        spoken.text = part.text;
        spoken.language = heard->language;
        reply.spoken(spoken);
    }
    return heard->text->empty() || reply.text(*heard->text) ? ModelStatus::ok : ModelStatus::stopped;
}

}  // namespace aiproject::openai
