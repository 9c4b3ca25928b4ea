// /audio/transcriptions: a form with its parts in any order, the file in WAV.
#include "upstream/json_text.h"
#include "upstream/openai/members.h"
#include "upstream/openai/models.h"
#include "upstream/openai/services.h"
#include "upstream/utf8.h"

#include <Poco/Exception.h>
#include <Poco/Net/MessageHeader.h>
#include <Poco/Net/MultipartReader.h>
#include <Poco/StreamCopier.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <sstream>

namespace aiproject::upstream::openai {

namespace {

using Poco::Net::MessageHeader;
using Poco::Net::NameValueCollection;

constexpr std::size_t kWavHead = 44;

struct Form {
    std::map<std::string, std::string> fields;
    std::string file;
    bool hasFile = false;
};

[[noreturn]] void refuseForm(const std::string& why) { throw ApiError{400, "Could not parse multipart form: " + why}; }

void readPart(Poco::Net::MultipartReader& reader, Form& form) {
    MessageHeader head;
    reader.nextPart(head);
    std::string kind;
    NameValueCollection values;
    MessageHeader::splitParameters(head.get("Content-Disposition", ""), kind, values);
    std::string content;
    Poco::StreamCopier::copyToString(reader.stream(), content);
    const auto name = values.get("name", "");
    if (name == "file") {
        if (values.get("filename", "").find('.') == std::string::npos)
            throw ApiError{400, "Unrecognized file format: the filename has no extension.", "file"};
        form.file = std::move(content);
        form.hasFile = true;
    } else if (!form.fields.emplace(name, content).second && name.find("[]") == std::string::npos) {
        refuseForm("the field " + name + " is there twice");
    }
}

Form readForm(const Ask& ask) {
    std::string type;
    NameValueCollection values;
    MessageHeader::splitParameters(ask.contentType, type, values);
    const auto boundary = values.get("boundary", "");
    if (type != "multipart/form-data" || boundary.empty()) refuseForm("its type is '" + ask.contentType + "'");
    if (ask.body.find("--" + boundary + "--") == std::string::npos) refuseForm("it has no end");
    Form form;
    try {
        std::istringstream stream(ask.body);
        Poco::Net::MultipartReader reader(stream, boundary);
        while (reader.hasNextPart()) readPart(reader, form);
    } catch (const Poco::Exception& e) {
        refuseForm(e.displayText());
    }
    return form;
}

void checkFields(const Form& form) {
    static const char* const known[] = {"model",
                                        "language",
                                        "prompt",
                                        "response_format",
                                        "temperature",
                                        "stream",
                                        "timestamp_granularities[]",
                                        "include[]",
                                        "chunking_strategy"};
    for (const auto& [name, value] : form.fields) {
        const auto& wanted = name;
        if (std::none_of(std::begin(known), std::end(known), [&](const char* one) { return wanted == one; }))
            throw ApiError{400, "Unknown parameter: '" + name + "'.", name, "unknown_parameter"};
    }
    for (const auto* name : {"file", "model"})
        if (name == std::string("file") ? !form.hasFile : form.fields.count(name) == 0)
            throw ApiError{400, std::string("Missing required parameter: '") + name + "'.", name,
                           "missing_required_parameter"};
}

// Of a WAV file with the usual head of 44 bytes.
struct Sound {
    std::uint64_t bytes;
    double seconds;
};

Sound soundOf(const std::string& file) {
    const bool isWav = file.size() > kWavHead && file.compare(0, 4, "RIFF") == 0 && file.compare(8, 4, "WAVE") == 0;
    if (!isWav)
        throw ApiError{400, "Audio file might be corrupted or unsupported: it is not WAV.", "file", "invalid_value"};
    std::uint32_t perSecond = 0;
    std::memcpy(&perSecond, file.data() + 28, sizeof perSecond);
    const auto bytes = file.size() - kWavHead;
    return {bytes, perSecond == 0 ? 0 : static_cast<double>(bytes) / perSecond};
}

std::string verbose(const Sound& sound, const std::string& text, const std::string& language) {
    const auto segment = members({{"id", 0},
                                  {"seek", 0},
                                  {"start", 0.0},
                                  {"end", sound.seconds},
                                  {"text", text},
                                  {"tokens", elements({})},
                                  {"temperature", 0.0},
                                  {"avg_logprob", -0.1},
                                  {"compression_ratio", 1.0},
                                  {"no_speech_prob", 0.0}});
    return textOf(members({{"task", "transcribe"},
                           {"language", language},
                           {"duration", sound.seconds},
                           {"text", text},
                           {"segments", elements({segment})}}));
}

// srt, or vtt with '.'
std::string subtitles(const Sound& sound, const std::string& text, char point) {
    char end[32];
    const auto milliseconds = static_cast<long>(sound.seconds * 1000);
    std::snprintf(end, sizeof end, "00:%02ld:%02ld%c%03ld", milliseconds / 60'000, milliseconds / 1000 % 60, point,
                  milliseconds % 1000);
    const auto head = point == '.' ? "WEBVTT\n\n" : "1\n";
    return head + std::string("00:00:00") + point + "000 --> " + end + "\n" + text + "\n\n";
}

void stream(HttpOutlet& out, const std::string& text) {
    out.begin({});
    for (const auto piece : piecesOf(text, 3))
        out.chunk(false, textOf(members({{"type", "transcript.text.delta"}, {"delta", std::string(piece)}})));
    out.chunk(true, textOf(members({{"type", "transcript.text.done"}, {"text", text}})));
    out.finish("");
}

}  // namespace

void transcribe(const Ask& ask, HttpOutlet& out) {
    const auto form = readForm(ask);
    checkFields(form);
    const auto field = [&](const char* name, const char* standard) {
        const auto found = form.fields.find(name);
        return found == form.fields.end() ? std::string(standard) : found->second;
    };
    const auto& model = modelNamed(field("model", ""), Kind::transcription);
    const auto sound = soundOf(form.file);
    const auto text = transcriptOf(sound.bytes);
    const auto format = field("response_format", "json");
    // As there: whisper-1 alone does not stream, and ignores the wish.
    if (field("stream", "false") == "true" && model.name != "whisper-1") return stream(out, text);
    if (format == "text") return out.say("text/plain; charset=utf-8", text + "\n");
    if (format == "srt" || format == "vtt")
        return out.say("text/plain; charset=utf-8", subtitles(sound, text, format == "srt" ? ',' : '.'));
    if (format == "verbose_json")
        return out.say("application/json", verbose(sound, text, field("language", "chinese")));
    if (format != "json")
        throw ApiError{400, "response_format '" + format + "' is not compatible with this model.", "response_format",
                       "unsupported_value"};
    out.say("application/json",
            textOf(members({{"text", text}, {"usage", members({{"type", "duration"}, {"seconds", sound.seconds}})}})));
}

}  // namespace aiproject::upstream::openai
